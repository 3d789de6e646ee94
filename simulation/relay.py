"""The relay's part of a world: the log's stream, and the way from it to the topic's queues."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any

from events import codec
from events.envelope import Event
from functions.framework.ports import Message, Topic
from functions.framework.service import Relay
from functions.runtime.main import Dependencies, InvocationFailed, compose
from functions.runtime.memory.lambda_events import batch, failures, stream_record
from simulation.clock import DAY, HOUR, MINUTE, SECOND
from simulation.faults import Unavailable
from simulation.invocation import SilentObserver
from simulation.scheduler import Engine
from simulation.stepped_ports import SteppedTopic
from simulation.worker import Worker

type Deliver = Callable[[Event[Any], str], None]

REPEATED = 5 * MINUTE
"""For so long SNS does not deliver a repeated message again."""

DELAY = 300
"""The longest, in milliseconds, until new records are read."""

NOTICED = HOUR
"""After so long an operator publishes what the stream has lost."""


class _RetriedTopic:
    """The topic as an operator meets it, who offers again what it refused."""

    def __init__(self, accept: Callable[[str, bytes], None]) -> None:
        self._accept = accept

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        for message in messages:
            self._accept(message.id, message.body)
        return [""] * len(messages)


class Stream:
    """The stream, the relay that reads it, and the topic that it fills."""

    def __init__(self, relay: Relay, engine: Engine, deliver: Deliver, *, real: bool) -> None:
        """Take the relay's row, and who is given what was published, with its JSON.

        If `real`, the stream's records go to the handler that Lambda calls. `given_up` are ids of
        events that became too old before they were published.
        """
        self.out_until = 0
        self.lost: list[Event[Any]] = []
        self.given_up: set[str] = set()
        self._relay = relay
        self._engine = engine
        self._deliver = deliver
        topic = SteppedTopic(self)
        self._publish = by_handler(relay, topic, engine) if real else by_rule(relay, topic)
        self._records: list[tuple[int, Event[Any]]] = []
        self._places: dict[str, int] = {}
        self._done = 0
        self._size = relay.batch
        self._runs = 0
        self._busy = False
        self._accepted: dict[str, int] = {}

    def add(self, event: Event[Any]) -> None:
        """Take a new record."""
        self._places[event.id] = len(self._records)
        self._records.append((self._engine.now, event))
        self._soon()

    def place(self, event: str) -> int:
        """Return how many records were there before an event's."""
        return self._places[event]

    def accounts_for(self, event: str) -> bool:
        """Tell whether an event is still to be read, or known to have been given up."""
        return self._places[event] >= self._done or event in self.given_up

    @property
    def behind(self) -> bool:
        """Tell whether records are still to be published."""
        return self._done < len(self._records) or bool(self.lost)

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        """Take messages, as the topic: what it takes it gives to each consumer that hears it."""
        refused = [self._engine.refuses(message.id) for message in messages]
        for message, is_refused in zip(messages, refused, strict=True):
            if not is_refused:
                self._accept(message.id, message.body)
        return ["Throttled" if is_refused else "" for is_refused in refused]

    def republish(self) -> None:
        """Publish what the stream has lost: an operator does, from the log."""
        lost, self.lost = self.lost, []
        self.publish_again(lost)

    def publish_again(self, events: Iterable[Event[Any]]) -> None:
        """Publish what the log has, as an operator: by the relay's rule, until all is taken."""
        self._relay.publish([message_of(event) for event in events], _RetriedTopic(self._accept))

    def _accept(self, event_id: str, body: bytes) -> None:
        before = self._accepted.get(event_id)
        if before is None or self._engine.now - before >= REPEATED:
            self._accepted[event_id] = self._engine.now
            self._deliver(self._records[self._places[event_id]][1], body.decode())

    def _soon(self, wait: int | None = None) -> None:
        if self._busy or self._done == len(self._records):
            return
        self._busy = True
        lag = self._engine.draws.between(f"poll {self._records[self._done][1].id}", 1, DELAY)
        self._engine.at(max(self._engine.now + (wait or lag), self.out_until), self._read)

    def _read(self) -> None:
        self._trim()
        batch = self._records[self._done : self._done + self._size]
        if not batch:
            self._busy = False
            return
        if self._engine.now < self.out_until:
            self._engine.at(self.out_until, self._read)
            return
        self._runs += 1
        failed = [self._done]

        def work(_: Worker) -> None:
            with suppress(Unavailable):
                unsent = self._publish([event for _, event in batch])
                failed[:] = [self._places[event] for event in unsent]

        worker = Worker("relay", f"relay from {batch[0][1].id} (run {self._runs})", work)
        worker.deadline = self._engine.now + self._relay.timeout * SECOND
        self._engine.start(worker, lambda: self._ended(len(batch), tuple(failed)))

    def _ended(self, taken: int, failed: Sequence[int]) -> None:
        """Go on behind the batch, or from the first that failed, with a half of the records."""
        self._busy = False
        self._done = min(failed, default=self._done + taken)
        self._size = max(1, taken // 2) if failed else self._relay.batch
        self._soon(SECOND if failed else None)

    def _trim(self) -> None:
        """Give up what is too old for the relay, or no longer in the stream."""
        oldest = self._engine.now - min(self._relay.record_age * SECOND, DAY)
        lost = len(self.lost)
        while self._done < len(self._records) and self._records[self._done][0] < oldest:
            event = self._records[self._done][1]
            self.lost.append(event)
            self.given_up.add(event.id)
            self._done += 1
        if len(self.lost) > lost:
            self._engine.at(self._engine.now + NOTICED, self.republish)


type Publish = Callable[[Sequence[Event[Any]]], Collection[str]]
"""Publishes events, in the order of the stream, and returns the ids of those not published."""


def by_handler(relay: Relay, topic: Topic, engine: Engine) -> Publish:
    """Return what publishes from the table's items as the stream has them; ids number them."""
    unread = SilentObserver()
    given = Dependencies(observer=unread, clock=engine.clock, topic=topic, unpublished=unread)
    handler = compose(relay, given)

    def publish(events: Sequence[Event[Any]]) -> Collection[str]:
        records = (stream_record(event, number=event.id) for event in events)
        try:
            return failures(handler(batch(*records), None))
        except InvocationFailed as failed:
            raise failed.__context__ or failed from None

    return publish


def by_rule(relay: Relay, topic: Topic) -> Publish:
    """Return what publishes by the relay's rule alone, which is quicker."""
    return lambda batch: relay.publish([message_of(event) for event in batch], topic)


def message_of(event: Event[Any]) -> Message:
    """Return an event as it travels."""
    return Message(
        id=event.id,
        subject=event.subject,
        type=event.type,
        sequence=event.sequence,
        body=codec.encode(event),
    )
