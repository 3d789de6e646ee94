"""A consumer's Lambda handler: batches of its queue, record by record, with back-off.

On an ordered queue (SQS FIFO) a batch may hold several messages of one order, its group. While one
of a group is in flight, which what is hidden is, no other of it is delivered. So behind a failure
the rest of its group is held back: given back untried and not hidden, it comes again after the one
that failed, or with it and in order. That costs each a receive, and what has used up all its
receives goes to the DLQ. Nothing goes there untried, since two kinds of failure hold nothing back:
of what does not decode, which waiting does not mend; and of what had its last receive, whose next
stop is the DLQ.
"""

import time
from collections.abc import Callable
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
from functions.runtime import backoff
from functions.runtime.observe import Observer, failure
from functions.runtime.react import Reactor


class HeldBack(Exception):
    """An earlier message of the same order is to be tried again first."""


class Queue(Protocol):
    """What is asked of the consumer's queue."""

    def hide(self, seconds: dict[str, int]) -> None:
        """Hide messages, by receipt handle, for so many seconds from now."""
        ...


def handler(
    reactor: Reactor, queue: Queue, observer: Observer
) -> Callable[[dict[str, Any], Any], Any]:
    """Return the function that Lambda calls with an SQS event; it answers `batchItemFailures`."""
    ordered = reactor.consumer.ordered

    def handle(event: dict[str, Any], context: Any) -> Any:
        failures = _Failures()

        def one(record: SQSRecord) -> None:
            if ordered and record.attributes.message_group_id in failures.blocked:
                raise HeldBack
            _handle(record, reactor, observer, failures)

        processor = BatchProcessor(EventType.SQS)
        processor.raise_on_entire_batch_failure = False
        answer = process_partial_response(event, one, processor, context)
        _back_off(event["Records"], answer, failures.waits, queue, observer, reactor.consumer.name)
        observer.flush()
        return answer

    return handle


@dataclass
class _Failures:
    """What failed in a batch: seconds to wait by receipt handle, and the groups that it blocks."""

    waits: dict[str, int] = field(default_factory=dict)
    blocked: set[str | None] = field(default_factory=set)

    def add(self, record: SQSRecord, receives: int, *, hopeless: bool) -> None:
        self.waits[record.receipt_handle] = backoff.delay(1 if hopeless else receives)
        if not hopeless and receives < backoff.receives_to_ride_out():
            self.blocked.add(record.attributes.message_group_id)


def _handle(record: SQSRecord, reactor: Reactor, observer: Observer, failures: _Failures) -> None:
    began = time.perf_counter()
    receives = int(record.attributes.approximate_receive_count)
    known: dict[str, Any] = {"consumer": reactor.consumer.name, "receives": receives}

    def done() -> dict[str, Any]:
        return known | {"millis": round((time.perf_counter() - began) * 1000, 1)}

    try:
        event = codec.decode(record.body)
        known |= _about(event, reactor)
        handled = reactor.handle(event)
    except Exception as error:
        unreadable = isinstance(error, codec.Undecodable)
        hopeless = unreadable and "event" not in known  # else it is the log that is ahead of us
        failures.add(record, receives, hopeless=hopeless)
        detail = {"detail": str(error)} if unreadable else {}
        outcome = "undecodable" if hopeless else "retry"
        observer.record(outcome, **done(), **(detail | failure(error)))
        raise
    observer.count("EventAge", known["age"], millis=True)
    observer.record(
        handled.outcome,
        **done(),
        stated=[fact.id for fact in handled.stated],
        facts=[fact.type for fact in handled.stated],
    )


def _about(event: Event[Any], reactor: Reactor) -> dict[str, Any]:
    return {
        "event": event.id,
        "type": event.type,
        "order": event.subject,
        "correlation": event.correlationid,
        "age": max(0, millis(reactor.clock()) - millis(event.time)),
    }


def _back_off(
    records: list[dict[str, Any]],
    answer: Any,
    waits: dict[str, int],
    queue: Queue,
    observer: Observer,
    consumer: str,
) -> None:
    """Hide what failed; what was held back behind it waits for it unhidden."""
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    hidden: dict[str, int] = {}
    for record in records:
        if record["messageId"] not in failed:
            continue
        attributes, handle = record["attributes"], record["receiptHandle"]
        if handle not in waits:
            receives = int(attributes["ApproximateReceiveCount"])
            group = attributes["MessageGroupId"]
            observer.record("held-back", consumer=consumer, receives=receives, order=group)
        hidden[handle] = waits.get(handle, 0)
    if not hidden:
        return
    try:
        queue.hide(hidden)
    except Exception as error:  # noqa: BLE001  its visibility timeout hides them instead
        observer.record("not-hidden", consumer=consumer, **failure(error))
