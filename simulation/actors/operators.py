"""The operators: they deploy a consumer midway, empty DLQs, and send again what the log has."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from events import codec
from functions.framework.service import Consumer
from simulation.clock import DAY, HOUR, MINUTE, SECOND
from simulation.draws import share
from functions.runtime.memory.log import MemoryLog
from simulation.message import Message
from simulation.queue import Queue
from simulation.relay import NOTICED, Stream
from simulation.scheduler import Engine

REPLAYED = share(0.03)
"""The share of orders that are replayed into a consumer, of each that allows it."""

NEW = 0.12
"""The share of consumers that are deployed midway, of those that may be."""

SOON = (10 * SECOND, HOUR, DAY)
"""Within how long a new consumer is deployed, and then is sent what it has not heard."""

REDRIVEN = 0.5
REDRIVES = (
    HOUR,
    DAY - 4 * MINUTE,
    DAY - MINUTE,
    DAY + MINUTE,
    DAY + MINUTE,
    DAY + 4 * MINUTE,
    DAY + 4 * MINUTE,
    25 * HOUR,
    13 * DAY,
    15 * DAY,
)
ALARMS = 3
"""How often an operator empties a DLQ while other things happen, after how long, and how often at
most: who has been woken thrice for the same consumer waits until it works again."""


class Operators:
    """The people who look after a world's consumers."""

    def __init__(
        self, engine: Engine, log: MemoryLog, stream: Stream, queues: Sequence[Queue]
    ) -> None:
        """Take what they look after."""
        self._engine = engine
        self._log = log
        self._stream = stream
        self._queues = queues
        self._alarms: Counter[str] = Counter()
        self._missed: dict[str, datetime] = {}

    def schedule(self, orders: Sequence[str]) -> None:
        """Decide which consumers are new, and what is replayed for no reason."""
        for queue in self._queues:
            if may_be_new(queue.consumer, [each.consumer for each in self._queues]):
                self._may_deploy(queue)
            if queue.consumer.replayable:
                self._may_replay(queue, orders)

    def see_to_all(self) -> None:
        """Empty every DLQ, publish what the stream has lost, send again what queues have."""
        self._stream.republish()
        for queue in self._queues:
            queue.redrive()
            self._make_good(queue)

    def alarmed(self, queue: Queue, message: Message) -> None:
        """Hear of a message in a DLQ, and perhaps empty that after a while."""
        name, draws = queue.consumer.name, self._engine.draws
        when = self._engine.now + draws.pick(f"wait {message.name}", REDRIVES)
        spared = self._alarms[name] >= ALARMS
        if not spared and self._engine.inject(message.name, "redriven", REDRIVEN, at=when):
            self._alarms[name] += 1
            self._engine.at(when, queue.redrive)

    def missed(self, queue: Queue, time: datetime) -> None:
        """Hear that a queue no longer has an event of that time, and see to it once all is well."""
        name = queue.consumer.name
        if name not in self._missed:
            self._engine.at(self._engine.now + NOTICED, self._make_good, queue)
        self._missed[name] = min(time, self._missed.get(name, time))

    # -- from the log ------------------------------------------------------------------------------

    def _make_good(self, queue: Queue) -> None:
        """Send what a queue has lost, and all since: to it alone, or to the topic as if new.

        A consumer that is not replayable has not acted on what it lost; whoever has heard it finds
        the slot filled.
        """
        since = self._missed.pop(queue.consumer.name, None)
        if since is None:
            return
        for order in sorted(self._log.streams):
            if queue.consumer.replayable:
                self._replay(queue, order, since)
            else:
                self._stream.publish_again(
                    event
                    for event in self._log.read(order)
                    if event.time >= since and event.type in queue.consumer.hears
                )

    def _may_deploy(self, queue: Queue) -> None:
        name, draws = queue.consumer.name, self._engine.draws
        when = draws.between(f"deploy {name}", 1, draws.pick(f"deploy {name} within", SOON))
        if self._engine.inject(name, "deployed", NEW, at=when):
            queue.there = False
            self._engine.at(when, self._deploy, queue)

    def _deploy(self, queue: Queue) -> None:
        """Let a consumer's queue hear from now on; what came before is sent from the log."""
        queue.there = True
        if queue.consumer.replayable:
            name, draws = queue.consumer.name, self._engine.draws
            wait = draws.between(f"catch up {name}", 0, draws.pick(f"catch up {name} within", SOON))
            self._engine.at(self._engine.now + wait, self._replay_all, queue)

    def _may_replay(self, queue: Queue, orders: Sequence[str]) -> None:
        for order in orders:
            who = f"{queue.consumer.name} with {order}"
            luck, wait, *_ = self._engine.draws.draw(f"replay {who}")
            when = MINUTE + wait % HOUR
            if luck < REPLAYED and self._engine.inject(who, "replayed", at=when):
                self._engine.at(when, self._replay, queue, order)

    def _replay_all(self, queue: Queue) -> None:
        for order in sorted(self._log.streams):
            self._replay(queue, order)

    def _replay(self, queue: Queue, order: str, since: datetime | None = None) -> None:
        if not queue.there:
            return
        for event in self._log.read(order):
            if event.type in queue.consumer.hears and (since is None or event.time >= since):
                queue.send(event, codec.encode(event).decode())


def may_be_new(consumer: Consumer, consumers: Sequence[Consumer]) -> bool:
    """Tell whether a consumer may be deployed midway: it can hear the past, or nobody needs it to.

    One that is not replayable misses for ever what came before it. That is well where nobody hears
    its own facts, as nobody hears of mails; orders that wait for a charge would wait in vain.
    """
    heard = {event for each in consumers for event in each.hears}
    states = {fact.__name__ for on in consumer.on for fact in on.states}
    return consumer.replayable or not states & heard
