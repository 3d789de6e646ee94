"""The weather: what inject whole consumers, and what operators do about it."""

from collections.abc import Sequence

from simulation.clock import DAY, HOUR, MINUTE, SECOND
from simulation.faults import Fault
from simulation.queue import Queue
from simulation.relay import Stream
from simulation.scheduler import Engine
from simulation.worker import Worker

PAUSED, BROKEN, OUT = 0.1, 0.03, 0.35
"""The share of worlds, and of consumers in one, to which it happens."""

OUTAGES = (2 * SECOND, MINUTE, HOUR, 13 * HOUR, 3 * DAY, 6 * DAY)
RELAY_OUTAGES = (MINUTE, HOUR, 30 * HOUR, 30 * HOUR)
"""The longest that something is out, and at least for half as long. A queue keeps a message for 4
days, and the relay tries for 20 hours."""

SOON = (SECOND, 10 * SECOND, HOUR, DAY)


class Outages:
    """Decides what happens to the consumers of a world, and when."""

    def __init__(self, engine: Engine, queues: Sequence[Queue], stream: Stream) -> None:
        """Take the engine, whose workers of broken consumers it breaks, and what may be out."""
        self._engine = engine
        self._broken: dict[str, tuple[int, int]] = {}
        self._deaf: set[str] = set()
        for queue in queues:
            self._consumer(queue)
        begin, end = self._span("out relay", RELAY_OUTAGES)
        if self._inject("relay", "out", OUT, begin, end):
            engine.at(begin, _set_out, stream, end)
        if self._broken:
            engine.broken = self._is_broken

    @property
    def over(self) -> int:
        """When nothing is broken any more (ms)."""
        return max((end for _, end in self._broken.values()), default=0)

    def _consumer(self, queue: Queue) -> None:
        name, engine = queue.consumer.name, self._engine
        begin, end = self._span(f"paused {name}", OUTAGES)
        if self._inject(name, "paused", PAUSED, begin, end):
            engine.at(begin, _pause, queue, end)
        begin, end = self._span(f"broken {name}", OUTAGES)
        if self._inject(name, "broken", BROKEN, begin, end):
            self._broken[name] = (begin, end)
            if engine.draws.happens(f"queue of {name} too", 0.5):
                self._deaf.add(name)

    def _span(self, what: str, longest: Sequence[int]) -> tuple[int, int]:
        begin = self._engine.draws.between(f"{what} begin", 0, self._engine.draws.pick(what, SOON))
        most = self._engine.draws.pick(f"{what} most", longest)
        return begin, begin + self._engine.draws.between(f"{what} long", most // 2, most)

    def _inject(self, who: str, fault: Fault, chance: float, begin: int, end: int) -> bool:
        more = f" for {(end - begin) / HOUR:.2f} h"
        return self._engine.inject(who, fault, chance, at=begin, more=more)

    def _is_broken(self, worker: Worker) -> bool:
        """Tell whether a call is refused; those of its queue are only for some that are broken."""
        begin, end = self._broken.get(worker.service, (0, 0))
        if not begin <= self._engine.now < end:
            return False
        return worker.service in self._deaf or not worker.call.startswith("queue.")


def _set_out(stream: Stream, until: int) -> None:
    stream.out_until = until


def _pause(queue: Queue, until: int) -> None:
    queue.paused_until = until
