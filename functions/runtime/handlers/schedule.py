"""Scheduled work of a consumer, in the same function that handles its queue."""

from collections.abc import Callable
from typing import Any

from functions.framework.chore import TICK, Chore
from functions.framework.outcomes import Outcome
from functions.framework.ports import Log, Resources
from functions.runtime.handlers.observer import Observer, failure

type Handler = Callable[[dict[str, Any], Any], Any]


def with_chore(
    consume: Handler,
    chore: Chore,
    log: Log,
    resources: Resources,
    observer: Observer,
    consumer: str,
) -> Handler:
    """Return a handler that also runs the chore, when the schedule invokes it.

    Every report is a log line and a metric, written before the chore goes on: when Lambda ends the
    function at its timeout, everything done so far has been counted. An error is logged and raised;
    Lambda retries the invocation, and the next tick runs the chore again.
    """

    def handle(event: dict[str, Any], context: Any) -> Any:
        if event != TICK:
            return consume(event, context)
        try:
            for report in chore.run(log, resources):
                known = {"order": report.order, "detail": report.detail}
                observer.record(
                    report.outcome,
                    consumer=consumer,
                    stated=[fact.id for fact in report.stated],
                    facts=[fact.type for fact in report.stated],
                    **{name: value for name, value in known.items() if value is not None},
                )
                observer.flush()
        except Exception as error:
            observer.record(Outcome.FAILED, consumer=consumer, **failure(error))
            raise
        finally:
            observer.flush()
        return None

    return handle
