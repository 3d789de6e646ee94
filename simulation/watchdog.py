"""Watchdog: it ends a reaction that does not come back, in real time."""

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

from greenlet import getcurrent

from functions.framework.service import Consumer
from simulation.invariants.consumers import every_reaction_ends
from simulation.invariants.violation import Violation
from simulation.places import place_in
from simulation.worker import Thread, Worker

TICK = 0.5
TICKS = 4
"""Seconds of real time between two looks, and the looks at which a worker has made no call since,
until it counts as blocked. Work between two calls takes less than a millisecond. Looks do not pile
up while the machine is busy with other processes."""


@contextmanager
def watchdog(consumers: Mapping[str, Consumer]) -> Iterator[None]:
    """End a worker that makes no call for some seconds, by a violation with file and line.

    It needs a signal, so it works in the main thread only, and not on Windows or in a debugger.
    """
    here = hasattr(signal, "setitimer") and current_thread() is main_thread()
    if not here or sys.gettrace() is not None:
        yield
        return
    look = _Look(consumers)
    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _Look:
    """Looks at the worker that is running, and counts how often it has not moved."""

    def __init__(self, consumers: Mapping[str, Consumer]) -> None:
        self._consumers = consumers
        self._last: tuple[Worker, str, int] | None = None
        self._same = 0

    def __call__(self, _: int, frame: FrameType | None) -> None:
        thread = getcurrent()
        if not isinstance(thread, Thread):
            self._last = None
            return
        worker = thread.worker
        now = (worker, worker.name, worker.calls)
        self._same = self._same + 1 if now == self._last else 0
        self._last = now
        if self._same >= TICKS:
            consumer = self._consumers.get(worker.service)
            where = place_in(consumer, frame) if consumer else ""
            raise Violation(every_reaction_ends, worker.name, detail=where)
