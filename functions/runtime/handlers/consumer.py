"""The Lambda handler of a consumer: a batch of its queue, record by record, with backoff.

On an ordered queue (SQS FIFO) a batch may hold several messages of one order, which is their group.
While one message of a group is in flight, SQS delivers no other of that group; a hidden message is
in flight. So when a message fails, the rest of its group is held back: it is returned untried and
not hidden, and comes again after the failed message, or with it and in order. Each return costs a
receive, and a message that has used all its receives goes to the DLQ. No message goes there
untried, because two kinds of failure hold nothing back: a message that cannot be decoded, which
waiting does not repair; and a message at its last receive, which moves to the DLQ next.

A function that Lambda ends at its timeout sets no backoff: the whole batch stays hidden for the
visibility timeout of the queue. In an outage with slow calls it would reach the DLQ before the
outage ends. So the handler starts no message when little time is left. A message that was not
started is hidden as if it had failed, unless it is at its last receive, which is always tried.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from events import codec
from events.envelope import Event, millis
from functions.framework.outcomes import EVENT_AGE, TRIES, Outcome
from functions.runtime import backoff
from functions.runtime.handlers.observer import Observer, failure, identifier
from functions.runtime.handlers.reactor import Reactor

START_WITHIN = 0.25
"""The part of the timeout in which messages are started; the rest is for the last one."""


class HeldBack(Exception):
    """The message is returned untried: an earlier one of its order failed, or time is short."""


class ConsumerQueue(Protocol):
    """The queue of a consumer, as its handler uses it."""

    def hide(self, seconds: dict[str, int]) -> None:
        """Set visibility timeouts, in seconds from now, by receipt handle."""
        ...


def consumer_handler(
    reactor: Reactor,
    queue: ConsumerQueue,
    observer: Observer,
    monotonic: Callable[[], float] = time.monotonic,
) -> Callable[[dict[str, Any], Any], Any]:
    """Return the function that Lambda calls with an SQS event; it returns `batchItemFailures`."""
    ordered = reactor.consumer.ordered

    def handle(event: dict[str, Any], _: Any) -> Any:
        failures = _Failures()
        until = monotonic() + START_WITHIN * reactor.consumer.timeout

        def one(record: SQSRecord) -> None:
            if ordered and _group(record.raw_event) in failures.blocked:
                raise HeldBack
            if monotonic() > until and failures.leave(record):
                raise HeldBack
            _handle(record, reactor, observer, failures)

        processor = BatchProcessor(EventType.SQS)
        processor.raise_on_entire_batch_failure = False
        answer = process_partial_response(event, one, processor)
        _back_off(event["Records"], answer, failures, queue, observer, reactor.consumer.name)
        observer.flush()
        return answer

    return handle


@dataclass
class _Failures:
    """The failures of a batch: seconds to hide by receipt handle, and the blocked groups.

    `tried` are the receipt handles of messages that failed when they were tried.
    """

    waits: dict[str, int] = field(default_factory=dict)
    blocked: set[str | None] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)

    def add(self, record: SQSRecord, *, undecodable: bool) -> None:
        receives = _receives(record.raw_event)
        self.tried.add(record.receipt_handle)
        self.waits[record.receipt_handle] = backoff.delay(1 if undecodable else receives)
        if not undecodable and receives < backoff.receives_to_ride_out():
            self.blocked.add(_group(record.raw_event))

    def leave(self, record: SQSRecord) -> bool:
        """Hide a record untried, unless this is its last receive; return whether it is hidden."""
        receives = _receives(record.raw_event)
        if receives >= backoff.receives_to_ride_out():
            return False
        self.waits[record.receipt_handle] = backoff.delay(receives)
        self.blocked.add(_group(record.raw_event))
        return True


def _receives(record: Mapping[str, Any]) -> int:
    """Return how often the message was received; 1 if the record does not state it."""
    try:
        return max(1, int(_attributes(record)["ApproximateReceiveCount"]))
    except (KeyError, ValueError):
        return 1


def _group(record: Mapping[str, Any]) -> str | None:
    return _attributes(record).get("MessageGroupId")


def _attributes(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return record.get("attributes") or {}


def _handle(record: SQSRecord, reactor: Reactor, observer: Observer, failures: _Failures) -> None:
    began = time.perf_counter()
    known: dict[str, Any] = {
        "consumer": reactor.consumer.name,
        "receives": _receives(record.raw_event),
    }

    def done() -> dict[str, Any]:
        return known | {"millis": round((time.perf_counter() - began) * 1000, 1)}

    try:
        event = codec.decode(record.raw_event.get("body", ""))
        known |= _about(event, reactor)
        handled = reactor.handle(event)
    except Exception as error:
        unreadable = isinstance(error, codec.Undecodable)
        # With a decoded message, it was an event of the log that is newer than this code.
        undecodable = unreadable and "event" not in known
        failures.add(record, undecodable=undecodable)
        detail = {"detail": str(error)} if unreadable else {}
        outcome = Outcome.UNDECODABLE if undecodable else Outcome.RETRY
        if not undecodable:
            observer.count(TRIES, known["receives"])
        observer.record(outcome, **done(), **(detail | failure(error)))
        raise
    observer.count(EVENT_AGE, known["age"], millis=True)
    observer.record(
        handled.outcome,
        **done(),
        stated=[fact.id for fact in handled.stated],
        facts=[fact.type for fact in handled.stated],
    )


def _about(event: Event[Any], reactor: Reactor) -> dict[str, Any]:
    return {
        "event": identifier(event.id),
        "type": event.type,
        "order": identifier(event.subject),
        "correlation": identifier(event.correlationid),
        "age": max(0, millis(reactor.clock()) - millis(event.time)),
    }


def _back_off(
    records: list[dict[str, Any]],
    answer: Any,
    failures: _Failures,
    queue: ConsumerQueue,
    observer: Observer,
    consumer: str,
) -> None:
    """Hide the failed messages for their backoff; held-back messages are not hidden."""
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    hidden: dict[str, int] = {}
    for record in records:
        if record["messageId"] not in failed:
            continue
        handle = record["receiptHandle"]
        if handle not in failures.tried:
            group = _group(record)
            observer.record(
                Outcome.HELD_BACK,
                consumer=consumer,
                receives=_receives(record),
                **({"order": identifier(group)} if group else {}),
            )
        hidden[handle] = failures.waits.get(handle, 0)
    if not hidden:
        return
    try:
        queue.hide(hidden)
    except Exception as error:  # noqa: BLE001  the visibility timeout hides them instead
        observer.record(Outcome.NOT_HIDDEN, consumer=consumer, **failure(error))
