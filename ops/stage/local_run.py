"""The file by which other terminals find a local run, and the run's folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ops.paths import IN_CHECKOUT, LOCAL_CHECKOUT, LOCAL_RUNS, STATE

DEFAULT_PORT = 4566
FILE = "local.json"


class LocalRun(msgspec.Struct, frozen=True, kw_only=True):
    """A `fanfare run`: port, process, start (Unix time in seconds), and its API once ready."""

    port: int
    pid: int
    began: float
    api: str | None = None


def nothing_runs() -> str:
    """Return the error text for a missing local run: where to start one, or to look for it."""
    if LOCAL_RUNS != STATE:
        return (
            f"Nothing runs locally in {LOCAL_RUNS.parent}, which {LOCAL_CHECKOUT} names: start"
            " `make run` there."
        )
    if not IN_CHECKOUT:
        return (
            "No local run is known here: name the checkout of Fanfare that runs it, such as"
            f" {LOCAL_CHECKOUT}=~/fanfare."
        )
    return "Nothing runs locally: start `make run` in another terminal."


def folder(port: int, state: Path = STATE) -> Path:
    """Return the folder for the file and the logs of a run on this port; create it if needed."""
    path = state if port == DEFAULT_PORT else state / str(port)
    path.mkdir(parents=True, exist_ok=True)
    return path


def register(run: LocalRun, state: Path = STATE) -> None:
    """Write a run's file, atomically for readers in other terminals."""
    path = folder(run.port, state) / FILE
    draft = path.with_suffix(f".{run.pid}")
    draft.write_bytes(msgspec.json.encode(run))
    draft.replace(path)


@contextmanager
def registered(run: LocalRun, state: Path = STATE) -> Iterator[None]:
    """Register a run while the body runs; the file of another run stays."""
    register(run, state)
    try:
        yield
    finally:
        path = folder(run.port, state) / FILE
        if any(found.pid == run.pid for found in _read([path])):
            path.unlink()


def live_runs(state: Path = LOCAL_RUNS) -> list[LocalRun]:
    """Return the runs whose process is alive, the newest first."""
    runs = _read([state / FILE, *state.glob(f"*/{FILE}")])
    return sorted((run for run in runs if _alive(run.pid)), key=lambda run: run.began, reverse=True)


def _read(paths: list[Path]) -> Iterator[LocalRun]:
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
