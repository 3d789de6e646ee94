"""An invocation: a function that handles a batch of messages, one after the other."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, override

from events.envelope import Event
from functions.framework.service import Consumer
from functions.runtime import backoff
from functions.runtime.handlers.observer import Observer
from functions.runtime.handlers.reactor import Handled, Reactor
from functions.runtime.handlers.relay import UnpublishedQueue
from functions.runtime.main import Dependencies, compose
from functions.runtime.memory.lambda_events import batch, failures, queue_record
from simulation.calls import Unavailable
from simulation.invariants.violation import Violation
from simulation.message import Receipt
from simulation.stepped_ports import SteppedQueue
from simulation.watch import Watch
from simulation.worker import Worker, working

type Work = Callable[[Sequence[Receipt]], AbstractSet[str]]
"""Handles a batch, and returns the ids of the messages that failed."""


class Invocation(Worker):
    """A worker with receipts; with several, it has the name and numbers of the current one."""

    def __init__(
        self, service: str, receipts: Sequence[Receipt], work: Callable[[Any], object]
    ) -> None:
        first = receipts[0]
        self.alone = len(receipts) == 1
        name = first.handle if self.alone else f"{first.handle} of {len(receipts)}"
        super().__init__(service, name, work)
        self.remaining = list(receipts)
        self.message = first.message

    def begin(self, event: Event[Any]) -> None:
        """Go on with the next message that has this event."""
        if not self.alone:
            receipt = next(each for each in self.remaining if each.message.event.id == event.id)
            self.remaining.remove(receipt)
            self.message = receipt.message
            self.turn_to(receipt.handle, receipt.numbers)
        self.about = event.subject
        self.message.tried = True

    @override
    def turn_to(self, name: str, numbers: Iterator[int] | None = None) -> None:
        self.about = ""
        if not self.alone:
            super().turn_to(name, numbers)


@dataclass(kw_only=True)
class WatchedReactor(Reactor):
    """A reactor that notes its invocation's current message, and lets no bug pass for an outage."""

    watch: Watch

    @override
    def handle(self, event: Event[Any]) -> Handled:
        invocation = working(Invocation)
        invocation.begin(event)
        watch = self.watch
        attempt = watch.begin(event, invocation.name) if watch.close else None
        invocation.attempt = attempt
        try:
            handled = super().handle(event)
        except Exception as error:
            watch.check_failure(error, invocation.name, attempt)
            raise
        if attempt is not None:
            watch.end(attempt, handled.outcome)
        invocation.message.done = True
        return handled


def by_handler(consumer: Consumer, given: Dependencies) -> Work:
    """Return work that calls the handler that Lambda calls, from JSON to its answer."""
    handler = compose(consumer, given)

    def work(receipts: Sequence[Receipt]) -> AbstractSet[str]:
        records = (_record(receipt, ordered=consumer.ordered) for receipt in receipts)
        return set(failures(handler(batch(*records), None)))

    return work


def by_reactor(reactor: Reactor, queue: SteppedQueue) -> Work:
    """Return work that calls the reactor alone with each message, which is faster."""

    def work(receipts: Sequence[Receipt]) -> AbstractSet[str]:
        failed: AbstractSet[str] = frozenset()
        for receipt in receipts:
            try:
                reactor.handle(receipt.message.event)
            except Exception:  # noqa: BLE001  the watch has accepted it
                failed |= {receipt.message.name}
                with suppress(Unavailable):
                    queue.hide({receipt.handle: backoff.delay(receipt.nth)})
        return failed

    return work


def _record(receipt: Receipt, *, ordered: bool) -> dict[str, Any]:
    """Return a message in Lambda's form; messages of a standard queue have no group."""
    message = receipt.message
    return queue_record(
        message.body,
        message=message.name,
        receipt=receipt.handle,
        receives=receipt.nth,
        group=message.event.subject if ordered else None,
    )


UNREADABLE = ("undecodable", "unpublishable")


class SilentObserver(Observer, UnpublishedQueue):
    """Drops all records and metrics, but raises a violation for an unreadable event."""

    @override
    def record(self, outcome: str, **fields: Any) -> None:
        if outcome in UNREADABLE:
            raise Violation(every_event_is_readable, str(fields))

    @override
    def count(self, metric: str, value: float = 1, *, millis: bool = False) -> None:
        pass

    @override
    def flush(self) -> None:
        pass

    @override
    def put(self, body: str) -> None:
        raise Violation(every_event_is_readable, body)


def every_event_is_readable() -> None:
    """Every event in the log can be published, and every published one can be read."""
