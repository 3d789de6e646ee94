"""The relay's part of a world: the log's stream, and the way from it to the topic's queues."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from events.envelope import Event
from functions.runtime.ports import Message
from functions.runtime.service import Relay
from ops.simulation.engine import DAY, HOUR, MINUTE, SECOND, Engine
from ops.simulation.fault import Unavailable
from ops.simulation.ports import SteppedTopic
from ops.simulation.worker import Worker

REPEATED = 5 * MINUTE
"""For so long SNS does not deliver a repeated message again."""

DELAY = 300
"""The longest, in milliseconds, until new records are read."""

NOTICED = HOUR
"""After so long an operator publishes what the stream has lost."""


class Stream:
    """The stream, the relay that reads it, and the topic that it fills."""

    def __init__(self, relay: Relay, engine: Engine, deliver: Callable[[Event[Any]], None]) -> None:
        """Take the relay's row, and who is given what was published."""
        self.out_until = 0
        self.lost: list[Event[Any]] = []
        self._relay = relay
        self._engine = engine
        self._deliver = deliver
        self._topic = SteppedTopic(self)
        self._records: list[tuple[int, Event[Any]]] = []
        self._done = 0
        self._size = relay.batch
        self._runs = 0
        self._busy = False
        self._accepted: dict[str, int] = {}
        self._events: dict[str, Event[Any]] = {}

    def add(self, event: Event[Any]) -> None:
        """Take a new record."""
        self._records.append((self._engine.now, event))
        self._events[event.id] = event
        self._soon()

    @property
    def behind(self) -> bool:
        """Tell whether records are still to be published."""
        return self._done < len(self._records) or bool(self.lost)

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        """Take messages, as the topic: what it takes it gives to each consumer that hears it."""
        refused = [self._engine.refuses(message.id) for message in messages]
        for message, is_refused in zip(messages, refused, strict=True):
            if not is_refused:
                self._accept(message.id)
        return ["Throttled" if is_refused else "" for is_refused in refused]

    def republish(self) -> None:
        """Publish what the stream has lost: an operator does, from the log."""
        lost, self.lost = self.lost, []
        for event in lost:
            self._accept(event.id)

    def _accept(self, event_id: str) -> None:
        before = self._accepted.get(event_id)
        if before is None or self._engine.now - before >= REPEATED:
            self._accepted[event_id] = self._engine.now
            self._deliver(self._events[event_id])

    def _soon(self, wait: int | None = None) -> None:
        if self._busy or self._done == len(self._records):
            return
        self._busy = True
        lag = self._engine.dice.between(f"poll {self._records[self._done][1].id}", 1, DELAY)
        self._engine.at(max(self._engine.now + (wait or lag), self.out_until), self._read)

    def _read(self) -> None:
        self._trim()
        batch = [event for _, event in self._records[self._done : self._done + self._size]]
        if not batch:
            self._busy = False
            return
        if self._engine.now < self.out_until:
            self._engine.at(self.out_until, self._read)
            return
        self._runs += 1
        failed = batch[0]
        state = {"through": False}

        def work() -> None:
            nonlocal failed
            try:
                unsent = self._relay.publish([_message(event) for event in batch], self._topic)
            except Unavailable:
                return
            remaining = [event for event in batch if event.id in unsent]
            state["through"] = not remaining
            failed = remaining[0] if remaining else failed

        name = f"relay from {batch[0].id} (run {self._runs})"
        self._engine.start(
            Worker(name, work), lambda: self._ended(batch, failed, through=state["through"])
        )

    def _ended(self, batch: list[Event[Any]], failed: Event[Any], *, through: bool) -> None:
        """Go on behind the batch, or from the first that failed, with a half of the records."""
        self._busy = False
        self._done += len(batch) if through else batch.index(failed)
        self._size = self._relay.batch if through else max(1, len(batch) // 2)
        self._soon(None if through else SECOND)

    def _trim(self) -> None:
        """Give up what is too old for the relay, or no longer in the stream."""
        oldest = self._engine.now - min(self._relay.record_age * SECOND, DAY)
        lost = len(self.lost)
        while self._done < len(self._records) and self._records[self._done][0] < oldest:
            self.lost.append(self._records[self._done][1])
            self._done += 1
        if len(self.lost) > lost:
            self._engine.at(self._engine.now + NOTICED, partial(self.republish))


def _message(event: Event[Any]) -> Message:
    return Message(
        id=event.id, subject=event.subject, type=event.type, sequence=event.sequence, body=b""
    )
