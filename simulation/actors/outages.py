"""Outages of whole consumers and of the relay: paused, broken, out."""

from collections.abc import Sequence

from simulation.clock import DAY, HOUR, MINUTE, SECOND
from simulation.faults import Fault
from simulation.queue import Queue
from simulation.relay import Stream
from simulation.scheduler import Scheduler
from simulation.worker import Worker

OUT = 0.35
"""The share of worlds in which the relay has an outage."""

OUTAGES = (2 * SECOND, MINUTE, HOUR, 13 * HOUR, 3 * DAY, 6 * DAY)
RELAY_OUTAGES = (MINUTE, HOUR, 30 * HOUR, 30 * HOUR)
"""The longest outages; each lasts at least half as long. A queue keeps a message for 4 days, and
the relay retries for 20 hours."""

SOON = (SECOND, 10 * SECOND, HOUR, DAY)


class Outages:
    """Decides which consumers of a world have an outage, and when."""

    def __init__(self, scheduler: Scheduler, queues: Sequence[Queue], stream: Stream) -> None:
        self._scheduler = scheduler
        self._broken: dict[str, tuple[int, int]] = {}
        self._without_queue: set[str] = set()
        for queue in queues:
            self._consumer(queue)
        begin, end = self._span("out relay", RELAY_OUTAGES)
        if self._inject("relay", "out", OUT, begin, end):
            scheduler.at(begin, _set_out, stream, end)
        if self._broken:
            scheduler.broken = self._is_broken

    @property
    def over(self) -> int:
        """The time when nothing is broken any more (ms)."""
        return max((end for _, end in self._broken.values()), default=0)

    def _consumer(self, queue: Queue) -> None:
        name, scheduler = queue.consumer.name, self._scheduler
        chances = scheduler.chances(name)
        begin, end = self._span(f"paused {name}", OUTAGES)
        if self._inject(name, "paused", chances.paused, begin, end):
            scheduler.at(begin, _pause, queue, end)
        begin, end = self._span(f"broken {name}", OUTAGES)
        if self._inject(name, "broken", chances.broken, begin, end):
            self._broken[name] = (begin, end)
            if scheduler.draws.happens(f"queue of {name} too", 0.5):
                self._without_queue.add(name)

    def _span(self, what: str, longest: Sequence[int]) -> tuple[int, int]:
        begin = self._scheduler.draws.between(
            f"{what} begin", 0, self._scheduler.draws.pick(what, SOON)
        )
        most = self._scheduler.draws.pick(f"{what} most", longest)
        return begin, begin + self._scheduler.draws.between(f"{what} long", most // 2, most)

    def _inject(self, target: str, fault: Fault, chance: float, begin: int, end: int) -> bool:
        detail = f" for {(end - begin) / HOUR:.2f} h"
        return self._scheduler.inject(target, fault, chance, at=begin, detail=detail)

    def _is_broken(self, worker: Worker) -> bool:
        """Return whether a call is refused; some broken consumers still reach their queue."""
        begin, end = self._broken.get(worker.service, (0, 0))
        if not begin <= self._scheduler.now < end:
            return False
        return worker.service in self._without_queue or not worker.call.startswith("queue.")


def _set_out(stream: Stream, until: int) -> None:
    stream.out_until = until


def _pause(queue: Queue, until: int) -> None:
    queue.paused_until = until
