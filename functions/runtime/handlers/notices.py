"""Notices of a consumer's provider, in the same function that handles its queue."""

from collections.abc import Callable, Sequence
from typing import Any

from functions.framework.notices import SUFFIX, Notices
from functions.framework.outcomes import Outcome
from functions.framework.ports import Log, Resources
from functions.runtime.handlers.observer import Observer, failure, identifier

type Handler = Callable[[dict[str, Any], Any], Any]


def with_notices(
    consume: Handler,
    notices: Notices,
    log: Log,
    resources: Resources,
    observer: Observer,
    consumer: str,
) -> Handler:
    """Return a handler that also handles batches of the queue of notices.

    A notice that fails is hidden for the queue's visibility timeout, and received again.
    """

    def handle(event: dict[str, Any], context: Any) -> Any:
        records = event.get("Records", ())
        if not _are_notices(records):
            return consume(event, context)
        failed = []
        for record in records:
            try:
                report = notices.handle(record["body"], log, resources)
            except Exception as error:  # noqa: BLE001  every error is retried, whatever it is
                observer.record(Outcome.RETRY, consumer=consumer, **failure(error))
                failed.append({"itemIdentifier": record["messageId"]})
                continue
            known = {"order": report.order and identifier(report.order), "detail": report.detail}
            observer.record(
                report.outcome,
                consumer=consumer,
                stated=[fact.id for fact in report.stated],
                facts=[fact.type for fact in report.stated],
                **{name: value for name, value in known.items() if value is not None},
            )
        observer.flush()
        return {"batchItemFailures": failed}

    return handle


def _are_notices(records: Sequence[dict[str, Any]]) -> bool:
    """Return whether records come from a queue of notices; a batch has one source."""
    return any(str(record.get("eventSourceARN", "")).endswith(SUFFIX) for record in records)
