"""The folder in which a local run leaves word of itself: where it answers, and what it showed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ops.paths import STATE

DEFAULT_PORT = 4566
FILE = "local.json"


class LocalRun(msgspec.Struct, frozen=True, kw_only=True):
    """A `fanfare run`: its port and process, when it began (Unix seconds), its API once ready."""

    port: int
    pid: int
    began: float
    api: str | None = None


def folder(port: int, state: Path = STATE) -> Path:
    """Return where a run on this port keeps its word and its logs; it exists afterwards."""
    path = state if port == DEFAULT_PORT else state / str(port)
    path.mkdir(parents=True, exist_ok=True)
    return path


def register(running: LocalRun, state: Path = STATE) -> None:
    """Leave word for other terminals; they read all of it or nothing."""
    registered = folder(running.port, state) / FILE
    draft = registered.with_suffix(f".{running.pid}")
    draft.write_bytes(msgspec.json.encode(running))
    draft.replace(registered)


@contextmanager
def registered(running: LocalRun, state: Path = STATE) -> Iterator[None]:
    """Leave word while the body runs; another run's word stays."""
    register(running, state)
    try:
        yield
    finally:
        path = folder(running.port, state) / FILE
        if any(found.pid == running.pid for found in _words([path])):
            path.unlink()


def live_runs(state: Path = STATE) -> list[LocalRun]:
    """Return the runs whose process lives, the one that began last first."""
    words = _words([state / FILE, *state.glob(f"*/{FILE}")])
    living = [registered for registered in words if _alive(registered.pid)]
    return sorted(living, key=lambda registered: registered.began, reverse=True)


def _words(paths: list[Path]) -> Iterator[LocalRun]:
    for path in paths:
        try:
            yield msgspec.json.decode(path.read_bytes(), type=LocalRun)
        except (OSError, msgspec.DecodeError):
            continue


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
