"""Child processes, each in a session of its own, all ended with this process."""

import atexit
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from ops.local.signals import Signals

GRACE = 2.0
"""Seconds until a child that does not end is killed; the local cloud may never end by itself."""


class Child:
    """A child process and all processes that it starts.

    `process` must lead its own session; `log` is the file of its output.
    """

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.log = log
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ended(self) -> int | None:
        """Return its exit code, or None while it runs."""
        return self._process.poll()

    def tail(self, lines: int = 20) -> list[str]:
        """Return the last lines of its output."""
        with suppress(OSError):
            return self.log.read_text(errors="replace").splitlines()[-lines:]
        return []

    def end(self) -> None:
        """End its process group with SIGTERM, then SIGKILL."""
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while self.ended() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        # Its own children may outlive it; they are still in the group.
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, signum: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signum)


class Children:
    """A context in which processes are started; leaving it ends them, the last one first."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._started: list[Child] = []
        # For a signal between the end of the body and `__exit__`.
        atexit.register(self._end)

    def start(
        self, command: Sequence[str | Path], *, environ: Mapping[str, str], cwd: Path, log: Path
    ) -> Child:
        """Start a command with its output in a log file."""
        with self._signals.protected(), log.open("wb") as output:
            process = subprocess.Popen(
                command,
                env=dict(environ),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            child = Child(process, log)
            self._started.append(child)
        return child

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all started processes."""
        self._signals.close()
        self._end()
        atexit.unregister(self._end)

    def _end(self) -> None:
        while self._started:
            self._started[-1].end()
            self._started.pop()
