"""Waiting until a queue is empty."""

import time
from collections.abc import Callable
from typing import Protocol

from ops.cli.errors import ExitCode
from ops.cli.formats import counted
from ops.cli.options import Options

POLL_INTERVAL = 2.0
"""Seconds between two looks."""

EMPTY_COUNTS = 2
"""Empty looks in a row that are believed: SQS counts approximately."""

REPORT_INTERVAL = 5.0
"""Seconds between two lines that say how many are left."""


class MonitoredQueue(Protocol):
    """A queue, of which can be asked how full it is."""

    def waiting(self) -> int:
        """Return about how many messages wait there or are being worked on."""
        ...


def wait_until_empty(
    options: Options,
    queue: MonitoredQueue,
    patience: float,
    *,
    sure: int = EMPTY_COUNTS,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> ExitCode:
    """Wait until nothing waits in a queue or is being worked on, at most `patience` seconds.

    `sure` is how many empty looks in a row are believed.
    """
    deadline = clock() + patience
    empty = 0
    said = clock()
    while True:
        waiting = queue.waiting()
        empty = 0 if waiting else empty + 1
        if empty == sure:
            options.err.print("The queue is empty.")
            return ExitCode.DONE
        left = deadline - clock()
        if left <= 0:
            options.err.print(f"{_left(waiting)} after {patience:g} s.")
            return ExitCode.FAILED
        if clock() - said >= REPORT_INTERVAL:
            said = clock()
            options.err.print(f"  {counted(waiting, 'message')} waiting")
        sleep(min(POLL_INTERVAL, left))


def _left(waiting: int) -> str:
    if waiting:
        return f"{counted(waiting, 'message')} still waiting"
    return "The queue seems to be empty, but has not for long enough to be sure"
