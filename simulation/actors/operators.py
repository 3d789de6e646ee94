"""Operators: they deploy consumers midway, redrive DLQs, and replay events from the log."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from events import codec
from functions.framework.service import Consumer
from functions.runtime.memory.log import MemoryLog
from simulation.clock import DAY, HOUR, MINUTE, SECOND
from simulation.draws import share
from simulation.message import Message
from simulation.queue import Queue
from simulation.relay import NOTICED, Stream
from simulation.scheduler import Scheduler

SOON = (10 * SECOND, HOUR, DAY)
"""A new consumer is deployed within one of these spans, and replayed the past within another."""

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
"""Maximum redrives of a consumer's DLQ by an operator before the end, and their delays. After
three alarms the operator waits until the consumer works again."""


class Operators:
    """The operators of a world's consumers."""

    def __init__(
        self, scheduler: Scheduler, log: MemoryLog, stream: Stream, queues: Sequence[Queue]
    ) -> None:
        self._scheduler = scheduler
        self._log = log
        self._stream = stream
        self._queues = queues
        self._alarms: Counter[str] = Counter()
        self._missing_since: dict[str, datetime] = {}

    def schedule(self, orders: Sequence[str]) -> None:
        """Decide which consumers are deployed midway, and schedule replays without a cause."""
        for queue in self._queues:
            if may_be_new(queue.consumer, [each.consumer for each in self._queues]):
                self._may_deploy(queue)
            if queue.consumer.replayable:
                self._may_replay(queue, orders)

    def restore_all(self) -> None:
        """Redrive every DLQ, publish what the stream dropped, and replay what queues let expire."""
        self._stream.republish()
        for queue in self._queues:
            queue.redrive()
            self._replay_missing(queue)

    def on_dead_letter(self, queue: Queue, message: Message) -> None:
        """Perhaps redrive a DLQ some time after it received a message."""
        name, draws = queue.consumer.name, self._scheduler.draws
        when = self._scheduler.now + draws.pick(f"wait {message.name}", REDRIVES)
        given_up = self._alarms[name] >= ALARMS
        if not given_up and self._scheduler.inject(message.name, "redriven", REDRIVEN, at=when):
            self._alarms[name] += 1
            self._scheduler.at(when, queue.redrive)

    def replay_expired(self, queue: Queue, time: datetime) -> None:
        """Note that a queue let an event of that time expire, and schedule its replay."""
        name = queue.consumer.name
        if name not in self._missing_since:
            self._scheduler.at(self._scheduler.now + NOTICED, self._replay_missing, queue)
        self._missing_since[name] = min(time, self._missing_since.get(name, time))

    # -- from the log ------------------------------------------------------------------------------

    def _replay_missing(self, queue: Queue) -> None:
        """Replay what a queue let expire, and all since: to that queue, or through the topic.

        A consumer that is not replayable has not acted on the events that expired; the other
        subscribers find the slots filled.
        """
        since = self._missing_since.pop(queue.consumer.name, None)
        if since is None:
            return
        for order in sorted(self._log.orders()):
            if queue.consumer.replayable:
                self._replay(queue, order, since)
            else:
                self._stream.publish_again(
                    event
                    for event in self._log.read(order)
                    if event.time >= since and event.type in queue.consumer.subscribed_types
                )

    def _may_deploy(self, queue: Queue) -> None:
        name, draws = queue.consumer.name, self._scheduler.draws
        when = draws.between(f"deploy {name}", 1, draws.pick(f"deploy {name} within", SOON))
        if self._scheduler.inject(name, "deployed", self._scheduler.chances(name).new, at=when):
            queue.deployed = False
            self._scheduler.at(when, self._deploy, queue)

    def _deploy(self, queue: Queue) -> None:
        """Let a consumer's queue receive events from now on, and replay the earlier ones."""
        queue.deployed = True
        if queue.consumer.replayable:
            name, draws = queue.consumer.name, self._scheduler.draws
            wait = draws.between(f"catch up {name}", 0, draws.pick(f"catch up {name} within", SOON))
            self._scheduler.at(self._scheduler.now + wait, self._replay_all, queue)

    def _may_replay(self, queue: Queue, orders: Sequence[str]) -> None:
        replayed = share(self._scheduler.chances(queue.consumer.name).replayed)
        for order in orders:
            target = f"{queue.consumer.name} with {order}"
            number, wait, *_ = self._scheduler.draws.draw(f"replay {target}")
            when = MINUTE + wait % HOUR
            if number < replayed and self._scheduler.inject(target, "replayed", at=when):
                self._scheduler.at(when, self._replay, queue, order)

    def _replay_all(self, queue: Queue) -> None:
        for order in sorted(self._log.orders()):
            self._replay(queue, order)

    def _replay(self, queue: Queue, order: str, since: datetime | None = None) -> None:
        if not queue.deployed:
            return
        for event in self._log.read(order):
            if event.type in queue.consumer.subscribed_types and (
                since is None or event.time >= since
            ):
                queue.send(event, codec.encode(event).decode())


def may_be_new(consumer: Consumer, consumers: Sequence[Consumer]) -> bool:
    """Return whether a consumer may be deployed midway: replayable, or nobody needs its facts.

    A consumer that is not replayable never gets the events from before it existed. That is harmless
    if no consumer subscribes to its facts, such as those of mails; orders that wait for a charge
    would never complete.
    """
    subscribed = {event for each in consumers for event in each.subscribed_types}
    states = {fact.__name__ for on in consumer.on for fact in on.states}
    return consumer.replayable or not states & subscribed
