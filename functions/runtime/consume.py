"""A consumer's Lambda handler: batches of its queue, record by record, with back-off."""

import time
from collections.abc import Callable
from typing import Any, Protocol

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    SqsFifoPartialProcessor,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from events import codec
from events.envelope import Event, millis
from functions.runtime import backoff
from functions.runtime.observe import Observer, failure
from functions.runtime.react import Reactor


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
        waits: dict[str, int] = {}

        def one(record: SQSRecord) -> None:
            _handle(record, reactor, observer, waits)

        processor = (
            SqsFifoPartialProcessor(skip_group_on_error=True)
            if ordered
            else BatchProcessor(EventType.SQS)
        )
        processor.raise_on_entire_batch_failure = False
        answer = process_partial_response(event, one, processor, context)
        _back_off(event["Records"], answer, waits, queue, observer, reactor.consumer.name)
        observer.flush()
        return answer

    return handle


def _handle(record: SQSRecord, reactor: Reactor, observer: Observer, waits: dict[str, int]) -> None:
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
        waits[record.receipt_handle] = backoff.delay(1 if hopeless else receives)
        detail = {"detail": str(error)} if unreadable else {}
        outcome = "undecodable" if hopeless else "retry"
        observer.record(outcome, **done(), **detail, **failure(error))
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
    """Hide what failed; what was only held back behind it comes back as soon as its group does."""
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    hidden: dict[str, int] = {}
    group_waits: dict[str, int] = {}
    for record in records:
        if record["messageId"] not in failed:
            continue
        group = record["attributes"].get("MessageGroupId", record["messageId"])
        wait = waits.get(record["receiptHandle"])
        if wait is not None:
            group_waits[group] = wait
        else:
            receives = int(record["attributes"]["ApproximateReceiveCount"])
            observer.record("held-back", consumer=consumer, receives=receives, order=group)
        hidden[record["receiptHandle"]] = group_waits.get(group, backoff.FIRST_DELAY)
    if not hidden:
        return
    try:
        queue.hide(hidden)
    except Exception as error:  # noqa: BLE001  its visibility timeout hides them instead
        observer.record("not-hidden", consumer=consumer, **failure(error))
