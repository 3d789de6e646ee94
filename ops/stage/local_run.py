"""The folder in which a local run leaves word of itself: where it answers, and what it showed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ops.paths import STATE

DEFAULT_PORT = 4566
WORD = "local.json"


class Running(msgspec.Struct, frozen=True, kw_only=True):
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


def announce(running: Running, state: Path = STATE) -> None:
    """Leave word for other terminals; they read all of it or nothing."""
    word = folder(running.port, state) / WORD
    draft = word.with_suffix(f".{running.pid}")
    draft.write_bytes(msgspec.json.encode(running))
    draft.replace(word)


@contextmanager
def word(running: Running, state: Path = STATE) -> Iterator[None]:
    """Leave word while the body runs; another run's word stays."""
    announce(running, state)
    try:
        yield
    finally:
        path = folder(running.port, state) / WORD
        if any(found.pid == running.pid for found in _words([path])):
            path.unlink()


def alive(state: Path = STATE) -> list[Running]:
    """Return the runs whose process lives, the one that began last first."""
    words = _words([state / WORD, *state.glob(f"*/{WORD}")])
    living = [word for word in words if _alive(word.pid)]
    return sorted(living, key=lambda word: word.began, reverse=True)


def _words(paths: list[Path]) -> Iterator[Running]:
    for path in paths:
        try:
            yield msgspec.json.decode(path.read_bytes(), type=Running)
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
