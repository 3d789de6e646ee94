"""What a consumer does by the clock, in the same function that works off its queue."""

from collections.abc import Callable
from typing import Any

from functions.framework.outcomes import Outcome
from functions.framework.ports import Log, Resources
from functions.framework.service import TICK, Chore
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
    """Return a handler that also does the chore when the schedule asks for it.

    Every report is a line and counts as a metric, which is written before the chore goes on: if the
    function is killed for its time, what was done has been counted. What fails is said and raised:
    Lambda tries it again, and the next tick does as well.
    """

    def handle(event: dict[str, Any], context: Any) -> Any:
        if event != TICK:
            return consume(event, context)
        try:
            for report in chore.run(log, resources):
                told = {"order": report.order, "detail": report.detail}
                observer.record(
                    report.outcome,
                    consumer=consumer,
                    stated=[fact.id for fact in report.stated],
                    facts=[fact.type for fact in report.stated],
                    **{name: value for name, value in told.items() if value is not None},
                )
                observer.flush()
        except Exception as error:
            observer.record(Outcome.FAILED, consumer=consumer, **failure(error))
            raise
        finally:
            observer.flush()
        return None

    return handle
