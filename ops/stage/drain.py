"""Wait until a queue is empty."""

import time
from collections.abc import Callable
from typing import Protocol

from ops.cli.errors import ExitCode
from ops.cli.formats import counted
from ops.cli.options import Options

POLL_INTERVAL = 2.0
"""Seconds between two counts."""

EMPTY_COUNTS = 2
"""Consecutive counts of zero that prove an empty queue: SQS counts approximately."""

REPORT_INTERVAL = 5.0
"""Seconds between two lines with the number of messages left."""


class MonitoredQueue(Protocol):
    """A queue that counts its messages."""

    def waiting(self) -> int:
        """Return the approximate number of messages that wait or are in flight."""
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
    """Wait until no message waits or is in flight, at most `patience` seconds.

    `sure` is the number of consecutive counts of zero that prove it.
    """
    deadline = clock() + patience
    empty = 0
    reported = clock()
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
        if clock() - reported >= REPORT_INTERVAL:
            reported = clock()
            options.err.print(f"  {counted(waiting, 'message')} waiting")
        sleep(min(POLL_INTERVAL, left))


def _left(waiting: int) -> str:
    if waiting:
        return f"{counted(waiting, 'message')} still waiting"
    return "The queue seems to be empty, but has not for long enough to be sure"
