"""The relay in a world: the log's stream, and the way from it to the topic and the queues."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any

from events import codec
from events.envelope import Event
from functions.framework.ports import Message, Topic
from functions.framework.service import Relay
from functions.runtime.main import Dependencies, InvocationFailed, compose
from functions.runtime.memory.lambda_events import batch, failures, stream_record
from simulation.calls import Unavailable
from simulation.clock import DAY, HOUR, MINUTE, SECOND
from simulation.invocation import SilentObserver
from simulation.scheduler import Scheduler
from simulation.stepped_ports import SteppedTopic
from simulation.worker import Worker

type Deliver = Callable[[Event[Any], str], None]

REPEATED = 5 * MINUTE
"""SNS drops a message with the same deduplication id for this long."""

DELAY = 300
"""The longest time until new records are read, in milliseconds."""

NOTICED = HOUR
"""The time after which an operator publishes what the stream dropped."""


class _RetriedTopic:
    """The topic for an operator, who retries refused messages until all are accepted."""

    def __init__(self, accept: Callable[[str, bytes], None]) -> None:
        self._accept = accept

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        for message in messages:
            self._accept(message.id, message.body)
        return [""] * len(messages)


class Stream:
    """The stream, the relay that reads it, and the topic that it publishes to."""

    def __init__(self, relay: Relay, scheduler: Scheduler, deliver: Deliver, *, real: bool) -> None:
        """`deliver` is called with each published event and its JSON.

        With `real`, records go to the handler that Lambda calls. `given_up` has the ids of events
        that became too old before they were published, `dropped` those of them that are not
        published yet.
        """
        self.out_until = 0
        self.dropped: list[Event[Any]] = []
        self.given_up: set[str] = set()
        self._relay = relay
        self._scheduler = scheduler
        self._deliver = deliver
        topic = SteppedTopic(self)
        self._publish = by_handler(relay, topic, scheduler) if real else by_rule(relay, topic)
        self._records: list[tuple[int, Event[Any]]] = []
        self._places: dict[str, int] = {}
        self._done = 0
        self._size = relay.batch
        self._runs = 0
        self._busy = False
        self._accepted: dict[str, int] = {}

    def add(self, event: Event[Any]) -> None:
        """Add a new record."""
        self._places[event.id] = len(self._records)
        self._records.append((self._scheduler.now, event))
        self._poll_soon()

    def place(self, event: str) -> int:
        """Return how many records precede an event's."""
        return self._places[event]

    def accounts_for(self, event: str) -> bool:
        """Return whether an event is still to be read, or known to be given up."""
        return self._places[event] >= self._done or event in self.given_up

    @property
    def behind(self) -> bool:
        """Return whether records are still to be published."""
        return self._done < len(self._records) or bool(self.dropped)

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        """Publish messages, as the topic: deliver those that it accepts to each subscriber."""
        refused = [self._scheduler.refuses(message.id) for message in messages]
        for message, is_refused in zip(messages, refused, strict=True):
            if not is_refused:
                self._accept(message.id, message.body)
        return ["Throttled" if is_refused else "" for is_refused in refused]

    def republish(self) -> None:
        """Publish from the log what the stream dropped, as an operator."""
        dropped, self.dropped = self.dropped, []
        self.publish_again(dropped)

    def publish_again(self, events: Iterable[Event[Any]]) -> None:
        """Publish events from the log as an operator: by the relay's rule, until all succeed."""
        self._relay.publish([message_of(event) for event in events], _RetriedTopic(self._accept))

    def _accept(self, event_id: str, body: bytes) -> None:
        before = self._accepted.get(event_id)
        if before is None or self._scheduler.now - before >= REPEATED:
            self._accepted[event_id] = self._scheduler.now
            self._deliver(self._records[self._places[event_id]][1], body.decode())

    def _poll_soon(self, wait: int | None = None) -> None:
        if self._busy or self._done == len(self._records):
            return
        self._busy = True
        lag = self._scheduler.draws.between(f"poll {self._records[self._done][1].id}", 1, DELAY)
        self._scheduler.at(max(self._scheduler.now + (wait or lag), self.out_until), self._read)

    def _read(self) -> None:
        self._trim()
        batch = self._records[self._done : self._done + self._size]
        if not batch:
            self._busy = False
            return
        if self._scheduler.now < self.out_until:
            self._scheduler.at(self.out_until, self._read)
            return
        self._runs += 1
        failed = [self._done]

        def work(_: Worker) -> None:
            with suppress(Unavailable):
                unsent = self._publish([event for _, event in batch])
                failed[:] = [self._places[event] for event in unsent]

        worker = Worker("relay", f"relay from {batch[0][1].id} (run {self._runs})", work)
        worker.deadline = self._scheduler.now + self._relay.timeout * SECOND
        self._scheduler.start(worker, lambda: self._ended(len(batch), tuple(failed)))

    def _ended(self, size: int, failed: Sequence[int]) -> None:
        """Go on after the batch, or from the first failed record with half of the batch size."""
        self._busy = False
        self._done = min(failed, default=self._done + size)
        self._size = max(1, size // 2) if failed else self._relay.batch
        self._poll_soon(SECOND if failed else None)

    def _trim(self) -> None:
        """Give up the records that are too old for the relay, or no longer in the stream."""
        oldest = self._scheduler.now - min(self._relay.record_age * SECOND, DAY)
        before = len(self.dropped)
        while self._done < len(self._records) and self._records[self._done][0] < oldest:
            event = self._records[self._done][1]
            self.dropped.append(event)
            self.given_up.add(event.id)
            self._done += 1
        if len(self.dropped) > before:
            self._scheduler.at(self._scheduler.now + NOTICED, self.republish)


type Publish = Callable[[Sequence[Event[Any]]], Collection[str]]
"""Publishes events in the order of the stream, and returns the ids of those that failed."""


def by_handler(relay: Relay, topic: Topic, scheduler: Scheduler) -> Publish:
    """Return a function that calls the relay's handler with stream records; ids number them."""
    unread = SilentObserver()
    given = Dependencies(observer=unread, clock=scheduler.clock, topic=topic, unpublished=unread)
    handler = compose(relay, given)

    def publish(events: Sequence[Event[Any]]) -> Collection[str]:
        records = (stream_record(event, number=event.id) for event in events)
        try:
            return failures(handler(batch(*records), None))
        except InvocationFailed as failed:
            raise failed.error from None

    return publish


def by_rule(relay: Relay, topic: Topic) -> Publish:
    """Return a function that calls the relay's rule alone, which is faster."""
    return lambda batch: relay.publish([message_of(event) for event in batch], topic)


def message_of(event: Event[Any]) -> Message:
    """Return an event as a message."""
    return Message(
        id=event.id,
        subject=event.subject,
        type=event.type,
        sequence=event.sequence,
        body=codec.encode(event),
    )
