"""Waiting until a queue is empty."""

import time
from collections.abc import Callable

from functions.runtime.operating.ports import Sender
from ops.options import Options
from ops.trouble import Exit
from ops.words import many

EVERY = 2.0
"""Seconds between two looks."""

SURE = 2
"""Empty looks in a row that are believed: SQS counts approximately."""


def until_drained(
    options: Options,
    queue: Sender,
    patience: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Exit:
    """Wait until nothing waits in a queue or is being worked on, at most `patience` seconds."""
    deadline = clock() + patience
    empty = 0
    while True:
        waiting = queue.waiting()
        empty = 0 if waiting else empty + 1
        if empty == SURE:
            options.err.print("The queue is empty.")
            return Exit.DONE
        left = deadline - clock()
        if left <= 0:
            options.err.print(f"{many(waiting, 'message')} still waiting after {patience:g} s.")
            return Exit.FAILED
        sleep(min(EVERY, left))
