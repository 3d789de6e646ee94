"""An invocation: a function at work on a batch of messages, one after the other."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Any

from events.envelope import Event
from functions.runtime import backoff, consume
from functions.runtime.react import Handled, Reactor
from ops.simulation.fault import UNAVAILABLE, Unavailable
from ops.simulation.message import Receipt
from ops.simulation.ports import SteppedQueue
from ops.simulation.unseen import Unseen
from ops.simulation.violation import Violation, no_function_fails_by_itself
from ops.simulation.worker import Worker, working

type Work = Callable[[Sequence[Receipt]], AbstractSet[str]]
"""Works on what was received, and returns the ids of the messages that failed."""

AGAIN: tuple[type[Exception], ...] = (Unavailable, *UNAVAILABLE.values())
"""With what a function may fail, to be tried again."""


class Invocation(Worker):
    """A worker that has receipts; it is called by the message that it is at, and has its luck."""

    __slots__ = ("at", "left")

    def __init__(self, receipts: Sequence[Receipt], work: Callable[[], object]) -> None:
        """Take what was received, and what it does with it."""
        super().__init__(f"{receipts[0].handle} of {len(receipts)}", work)
        self.left = list(receipts)
        self.at = receipts[0].message

    def begin(self, event: Event[Any]) -> None:
        """Turn to the next message that has this event."""
        receipt = next(each for each in self.left if each.message.event.id == event.id)
        self.left.remove(receipt)
        self.at = receipt.message
        self.at.tried = True
        self.turn_to(receipt.handle, event.subject)


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
            raise Violation(no_function_fails_by_itself, invocation.name, error) from error
        invocation.at.done = True
        return handled


def by_handler(reactor: Reactor, queue: SteppedQueue, monotonic: Callable[[], float]) -> Work:
    """Return what works on a batch by the function that Lambda calls, from JSON to its answer."""
    handler = consume.handler(reactor, queue, Unseen(), monotonic)
    ordered = reactor.consumer.ordered

    def work(batch: Sequence[Receipt]) -> AbstractSet[str]:
        records = [_record(receipt, ordered=ordered) for receipt in batch]
        answer = handler({"Records": records}, None)
        return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}

    return work


def one_by_one(reactor: Reactor, queue: SteppedQueue) -> Work:
    """Return what works on single messages by the reactor alone, which is quicker."""

    def work(batch: Sequence[Receipt]) -> AbstractSet[str]:
        failed: set[str] = set()
        for receipt in batch:
            try:
                reactor.handle(receipt.message.event)
            except AGAIN:
                failed.add(receipt.message.name)
                with suppress(Unavailable):
                    queue.hide({receipt.handle: backoff.delay(receipt.nth)})
        return failed

    return work


def _record(receipt: Receipt, *, ordered: bool) -> dict[str, Any]:
    """Return a message as Lambda gives it: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html.

    A FIFO topic's messages have no group in a standard queue.
    """
    group = {"MessageGroupId": receipt.message.event.subject} if ordered else {}
    return {
        "messageId": receipt.message.name,
        "receiptHandle": receipt.handle,
        "body": receipt.message.body,
        "attributes": {"ApproximateReceiveCount": str(receipt.nth), **group},
        "eventSource": "aws:sqs",
    }
