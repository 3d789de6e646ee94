"""A consumer's queue in memory, with receives and dead letters."""

from collections.abc import Collection
from dataclasses import dataclass
from random import Random
from typing import Any

from functions.framework.ports import Message
from functions.framework.service import Consumer
from functions.runtime import backoff
from functions.runtime.memory.lambda_events import batch, queue_record


@dataclass
class _Waiting:
    id: str
    message: Message
    nth: int
    receives: int = 0


class MemoryQueue:
    """The queue of a consumer.

    Time is not modelled: a message that failed is received again at once, until it has used its
    receives and is in `dead`. `hidden` are the visibility timeouts that were set, in seconds by
    receipt handle. `notes` are what the relay puts aside. A batch has at most `most` messages, or
    what the consumer declares.
    """

    def __init__(self, consumer: Consumer | None = None, most: int | None = None) -> None:
        self.dead: list[Message] = []
        self.hidden: dict[str, int] = {}
        self.notes: list[str] = []
        self.paused = False
        self._consumer = consumer
        self._most = most or (consumer.batch if consumer else 1)
        self._waiting: list[_Waiting] = []

    def __len__(self) -> int:
        """Return how many messages wait."""
        return len(self._waiting)

    @property
    def ready(self) -> bool:
        """Whether a message can be received."""
        return bool(self._waiting) and not self.paused

    @property
    def oldest(self) -> int:
        """The number with which the first of its messages was sent."""
        return self._waiting[0].nth

    def send(self, message: Message, nth: int) -> None:
        """Add the nth message that was sent to any queue; the same may be sent more than once."""
        self._waiting.append(_Waiting(id=f"{message.id}#{nth}", message=message, nth=nth))

    def clear(self) -> None:
        """Remove all messages and notes."""
        self.dead.clear()
        self.hidden.clear()
        self.notes.clear()
        self._waiting.clear()

    def hide(self, seconds: dict[str, int]) -> None:
        """Record visibility timeouts; the messages are received again at once nevertheless."""
        self.hidden |= seconds

    def put(self, body: str) -> None:
        """Keep a note."""
        self.notes.append(body)

    def receive(self, random: Random | None = None) -> dict[str, Any]:
        """Return a batch as an event: the oldest messages, or by chance any of a standard queue."""
        consumer = self._consumer
        if random and not (consumer and consumer.ordered):
            random.shuffle(self._waiting)
        received = self._waiting[: self._most]
        for each in received:
            each.receives += 1
        return batch(*(self._record(each) for each in received))

    def settle(self, event: dict[str, Any], failed: Collection[str]) -> None:
        """Delete a batch's messages but those that failed; move the exhausted ones to `dead`."""
        received = {record["messageId"] for record in event["Records"]}
        for each in [each for each in self._waiting if each.id in received]:
            exhausted = each.receives >= backoff.receives_to_ride_out()
            if each.id not in failed or exhausted:
                self._waiting.remove(each)
            if each.id in failed and exhausted:
                self.dead.append(each.message)

    def _record(self, waiting: _Waiting) -> dict[str, Any]:
        ordered = self._consumer is not None and self._consumer.ordered
        return queue_record(
            waiting.message.body.decode(),
            message=waiting.id,
            receipt=f"{waiting.id} received {waiting.receives}",
            receives=waiting.receives,
            group=waiting.message.subject if ordered else None,
        )
