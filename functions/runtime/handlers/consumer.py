"""A consumer's Lambda handler: batches of its queue, record by record, with back-off.

On an ordered queue (SQS FIFO) a batch may hold several messages of one order, its group. While one
of a group is in flight, which what is hidden is, no other of it is delivered. So behind a failure
the rest of its group is held back: given back untried and not hidden, it comes again after the one
that failed, or with it and in order. That costs each a receive, and what has used up all its
receives goes to the DLQ. Nothing goes there untried, since two kinds of failure hold nothing back:
of what does not decode, which waiting does not mend; and of what had its last receive, whose next
stop is the DLQ.

A function that is killed for its time backs off from nothing: the whole batch is hidden as long as
its queue says, and in an outage that lets callers wait would be in the DLQ before its end. So no
message is begun when little time is left; what was not begun is hidden as if it had been tried,
unless it is at its last receive, which is always tried.
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

BEGUN_WITHIN = 0.25
"""The part of the function's time in which messages are begun; the rest is for the last one."""


class HeldBack(Exception):
    """An earlier message of the same order is to be tried again first, or the time is over."""


class ConsumerQueue(Protocol):
    """What is asked of the consumer's queue."""

    def hide(self, seconds: dict[str, int]) -> None:
        """Hide messages, by receipt handle, for so many seconds from now."""
        ...


def consumer_handler(
    reactor: Reactor,
    queue: ConsumerQueue,
    observer: Observer,
    monotonic: Callable[[], float] = time.monotonic,
) -> Callable[[dict[str, Any], Any], Any]:
    """Return the function that Lambda calls with an SQS event; it answers `batchItemFailures`."""
    ordered = reactor.consumer.ordered

    def handle(event: dict[str, Any], _: Any) -> Any:
        failures = _Failures()
        until = monotonic() + BEGUN_WITHIN * reactor.consumer.timeout

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
    """What failed in a batch: seconds to wait by receipt handle, and the groups that it blocks.

    `tried` are the handles of what failed when it was tried.
    """

    waits: dict[str, int] = field(default_factory=dict)
    blocked: set[str | None] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)

    def add(self, record: SQSRecord, *, hopeless: bool) -> None:
        receives = _receives(record.raw_event)
        self.tried.add(record.receipt_handle)
        self.waits[record.receipt_handle] = backoff.delay(1 if hopeless else receives)
        if not hopeless and receives < backoff.receives_to_ride_out():
            self.blocked.add(_group(record.raw_event))

    def leave(self, record: SQSRecord) -> bool:
        """Leave a record for another time, unless this is its last; tell whether it is left."""
        receives = _receives(record.raw_event)
        if receives >= backoff.receives_to_ride_out():
            return False
        self.waits[record.receipt_handle] = backoff.delay(receives)
        self.blocked.add(_group(record.raw_event))
        return True


def _receives(record: Mapping[str, Any]) -> int:
    """Return how often the message was received; once, if that is not said."""
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
        hopeless = unreadable and "event" not in known  # else it is the log that is ahead of us
        failures.add(record, hopeless=hopeless)
        detail = {"detail": str(error)} if unreadable else {}
        outcome = Outcome.UNDECODABLE if hopeless else Outcome.RETRY
        if not hopeless:
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
    """Hide what failed; what was held back behind it waits for it unhidden."""
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
    except Exception as error:  # noqa: BLE001  its visibility timeout hides them instead
        observer.record(Outcome.NOT_HIDDEN, consumer=consumer, **failure(error))
