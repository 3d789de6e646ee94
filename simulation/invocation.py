"""An invocation: a function at work on a batch of messages, one after the other."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Any

from events.envelope import Event
from functions.framework.service import Consumer
from functions.runtime import backoff
from functions.runtime.handlers.reactor import Handled, Reactor
from functions.runtime.main import Dependencies, compose
from functions.runtime.memory.lambda_events import batch, failures, queue_record
from simulation.faults import UNAVAILABLE, Unavailable
from simulation.invariants.violation import Violation, functions_fail_only_with_their_calls
from simulation.message import Receipt
from simulation.stepped_ports import SteppedQueue
from simulation.worker import Worker, working

type Work = Callable[[Sequence[Receipt]], AbstractSet[str]]
"""Works on what was received, and returns the ids of the messages that failed."""

AGAIN: tuple[type[Exception], ...] = (Unavailable, *UNAVAILABLE.values())
"""With what a function may fail, to be tried again."""


class Invocation(Worker):
    """A worker that has receipts; of several, it has the name and luck of the one that it is at."""

    def __init__(
        self, service: str, receipts: Sequence[Receipt], work: Callable[[Any], object]
    ) -> None:
        """Take whose function it runs, what was received, and what is done with it."""
        first = receipts[0]
        self.alone = len(receipts) == 1
        name = first.handle if self.alone else f"{first.handle} of {len(receipts)}"
        super().__init__(service, name, work)
        self.left = list(receipts)
        self.at = first.message

    def begin(self, event: Event[Any]) -> None:
        """Turn to the next message that has this event."""
        if not self.alone:
            receipt = next(each for each in self.left if each.message.event.id == event.id)
            self.left.remove(receipt)
            self.at = receipt.message
            self.turn_to(receipt.handle, receipt.luck)
        self.about = event.subject
        self.at.tried = True

    def turn_to(self, name: str, luck: Iterator[int] | None = None) -> None:
        """Go on with something else, which has a name and luck of its own if there are several."""
        self.about = ""
        if not self.alone:
            super().turn_to(name, luck)


class WatchedReactor(Reactor):
    """A reactor that tells which message it is at, and lets no mistake pass for an outage."""

    def handle(self, event: Event[Any]) -> Handled:
        """React to one event."""
        invocation = working(Invocation)
        invocation.begin(event)
        try:
            handled = super().handle(event)
        except AGAIN:
            raise
        except Exception as error:
            raise Violation(functions_fail_only_with_their_calls, invocation.name, error) from error
        invocation.at.done = True
        return handled


def by_handler(consumer: Consumer, given: Dependencies) -> Work:
    """Return what works on a batch by the handler that Lambda calls, from JSON to its answer."""
    handler = compose(consumer, given)

    def work(receipts: Sequence[Receipt]) -> AbstractSet[str]:
        records = (_record(receipt, ordered=consumer.ordered) for receipt in receipts)
        return set(failures(handler(batch(*records), None)))

    return work


def one_by_one(reactor: Reactor, queue: SteppedQueue) -> Work:
    """Return what works on single messages by the reactor alone, which is quicker."""

    def work(receipts: Sequence[Receipt]) -> AbstractSet[str]:
        failed: AbstractSet[str] = frozenset()
        for receipt in receipts:
            try:
                reactor.handle(receipt.message.event)
            except AGAIN:
                failed |= {receipt.message.name}
                with suppress(Unavailable):
                    queue.hide({receipt.handle: backoff.delay(receipt.nth)})
        return failed

    return work


def _record(receipt: Receipt, *, ordered: bool) -> dict[str, Any]:
    """Return a message as Lambda gives it; messages of a standard queue have no group."""
    message = receipt.message
    return queue_record(
        message.body,
        message=message.name,
        receipt=receipt.handle,
        receives=receipt.nth,
        group=message.event.subject if ordered else None,
    )


UNREADABLE = ("undecodable", "unpublishable")


class SilentObserver:
    """Takes what functions tell of themselves; nobody reads it, but for what is never to be."""

    def record(self, outcome: str, **fields: Any) -> None:
        """Note one record."""
        if outcome in UNREADABLE:
            raise Violation(every_event_is_readable, str(fields))

    def count(self, metric: str, value: float = 1, *, millis: bool = False) -> None:
        """Add to a metric."""

    def flush(self) -> None:
        """Write the metrics."""

    def put(self, body: str) -> None:
        """Keep a note of what cannot be published."""
        raise Violation(every_event_is_readable, body)


def every_event_is_readable() -> None:
    """What is in the log can be published, and what was published read by whoever hears it."""
