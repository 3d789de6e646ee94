"""A consumer's queue: at-least-once delivery, unordered, or in order within a message group.

It is polled like Lambda polls: all messages visible by then are a batch, up to the batch size of
the consumer's row. An ordered queue gives no message of a group while one of that group is hidden.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from events.envelope import Event
from functions.framework.service import Consumer
from functions.runtime import backoff
from simulation.clock import SECOND
from simulation.draws import share
from simulation.message import Message, Receipt
from simulation.message_groups import MessageGroups
from simulation.scheduler import Scheduler
from simulation.visibility import Visibility

LAGS = (1, 50, 1000)
"""The longest time until the next poll (ms), one per world; a longer one makes larger batches."""

BURIED_AGAIN = (share(0.15), 0)
"""The share of messages that end in the DLQ because every worker dies on them, of those that failed
before; each world has one of them."""


class QueueListener(Protocol):
    """A listener to the queues of a world."""

    def invoke(self, queue: "Queue", batch: Sequence[Receipt]) -> None:
        """A function is to handle this batch."""

    def acknowledged(self, queue: "Queue", message: Message) -> None:
        """A message was acknowledged."""

    def dead_lettered(self, queue: "Queue", message: Message) -> None:
        """A message has moved to the DLQ."""

    def expired(self, queue: "Queue", event: Event[Any]) -> None:
        """A message of this event has expired: it exceeded the retention."""


class Queue:
    """The queue of one consumer, and its DLQ."""

    def __init__(
        self, consumer: Consumer, scheduler: Scheduler, listener: QueueListener, *, batches: bool
    ) -> None:
        """With `batches`, a poll may give several messages.

        The queue is `deployed` from the start, or later. `missed` has the ids of events that came
        before that, `expired` those that exceeded the retention; sent again, an event leaves both.
        """
        self.consumer = consumer
        self.deployed = True
        self.missed: set[str] = set()
        self.expired: set[str] = set()
        self.dead: list[Message] = []
        self.paused_until = 0
        self._scheduler = scheduler
        self._listener = listener
        self._visibility = Visibility(
            scheduler, backoff.visibility(consumer.timeout) * SECOND, self._appear
        )
        self._max_receives = backoff.receives_to_ride_out()
        self._buried_again = scheduler.draws.pick("buried again", BURIED_AGAIN)
        chances = scheduler.chances(consumer.name)
        self._twice, self._doubled = share(chances.twice), share(chances.doubled)
        self._buried = share(chances.buried)
        self._longest_delay = scheduler.draws.pick(f"delay to {consumer.name}", chances.delays)
        self._batch = consumer.batch if batches else 1
        self._longest_lag = scheduler.draws.pick("lag", LAGS) if batches else 1
        self._groups = MessageGroups()
        self._sent: defaultdict[str, int] = defaultdict(int)
        self._held: defaultdict[str, int] = defaultdict(int)
        self._ready: list[Message] = []
        self._receipts: dict[str, Receipt] = {}
        self._polled = False

    def deliver(self, event: Event[Any], body: str) -> None:
        """Take an event from the topic, if the queue is deployed already."""
        if not self.deployed:
            self.missed.add(event.id)
            return
        number = self.send(event, body)
        if number < self._doubled and not self.consumer.ordered:
            name = self._name(event)
            if self._scheduler.inject(name, "doubled"):
                self._arrive(f"{name} doubled", event, body)

    def send(self, event: Event[Any], body: str) -> int:
        """Put an event into the queue, and return a spare number of its draw."""
        self.missed.discard(event.id)
        self.expired.discard(event.id)
        self._sent[event.id] += 1
        return self._arrive(self._name(event), event, body)

    def delete(self, receipt: Receipt) -> bool:
        """Acknowledge a message, whatever other workers do with it; return whether that worked.

        An ordered queue refuses a receipt whose visibility timeout is over.
        """
        if self._is_stale(receipt):
            return False
        if not receipt.message.gone:
            self._listener.acknowledged(self, receipt.message)
            self._held[receipt.message.event.id] -= 1
            self._remove(receipt.message)
        return True

    def hide(self, seconds: Mapping[str, int]) -> None:
        """Hide messages, by receipt handle, for so many seconds from now."""
        for handle, wait in seconds.items():
            receipt = self._receipts[handle]
            if not receipt.message.gone and not self._is_stale(receipt):
                receipt.message.hidden_by(receipt)
                self._visibility.hide(receipt.message, self._scheduler.now + wait * SECOND)

    def redrive(self) -> None:
        """Send the messages of the DLQ to the queue, except for those that have expired there."""
        dead, self.dead = self.dead, []
        for message in dead:
            self._held[message.event.id] -= 1
            if self._scheduler.now - message.sent >= backoff.DEAD_LETTER_RETENTION * SECOND:
                self._expire(message)
            else:
                self.send(message.event, message.body)

    def never_receives(self, event: str) -> bool:
        """Return whether an event came too early for a consumer that is not replayable."""
        return event in self.missed and not self.consumer.replayable

    def accounts_for(self, event: str) -> bool:
        """Return whether an event is in the queue or DLQ, or known to be missing."""
        return self._held[event] > 0 or event in self.missed or event in self.expired

    # -- arrival and removal -----------------------------------------------------------------------

    def _name(self, event: Event[Any]) -> str:
        nth = self._sent[event.id]
        return f"{self.consumer.name} on {event.id}" + (f" (copy {nth})" if nth > 1 else "")

    def _arrive(self, name: str, event: Event[Any], body: str) -> int:
        """Add a message that becomes visible after a delay; return a spare number of its draw."""
        numbers = self._scheduler.draws.numbers(name)
        now = self._scheduler.now
        wait, lag, rest = next(numbers), next(numbers), next(numbers)
        message = Message(name, event, body, numbers, lag, now)
        self._held[event.id] += 1
        if self.consumer.ordered:
            self._groups.add(message)
        self._visibility.hide(message, now + 1 + wait % self._longest_delay)
        return rest

    def _remove(self, message: Message) -> None:
        """Remove a message, and let the next of its group be received."""
        message.gone = True
        next_message = self._groups.remove(message) if self.consumer.ordered else None
        if next_message is not None:
            self._appear(next_message)

    def _expire(self, message: Message) -> None:
        self.expired.add(message.event.id)
        self._listener.expired(self, message.event)

    def _dead_letter(self, message: Message) -> None:
        """Move a message to the DLQ; in that of an ordered queue its age starts at zero."""
        self.dead.append(message)
        self._remove(message)
        if self.consumer.ordered:
            message.sent = self._scheduler.now
        self._listener.dead_lettered(self, message)

    # -- receives ----------------------------------------------------------------------------------

    def _appear(self, message: Message) -> None:
        self._ready.append(message)
        self._poll_soon(message)

    def _poll_soon(self, message: Message) -> None:
        if self._polled:
            return
        self._polled = True
        lag = message.lag % self._longest_lag
        if lag:
            self._scheduler.at(self._scheduler.now + lag, self._poll)
        else:
            self._poll()

    def _poll(self) -> None:
        now = self._scheduler.now
        if now < self.paused_until:
            self._scheduler.at(self.paused_until, self._poll)
            return
        self._polled = False
        ready, self._ready = self._ready, []
        batch: list[Receipt] = []
        for message in self._groups.in_order(ready, now) if self.consumer.ordered else ready:
            if message.gone or message.visible > now:
                continue
            if len(batch) == self._batch:
                self._ready.append(message)
            elif self._is_received(message, numbers := message.next_numbers(self._scheduler.draws)):
                batch.append(self._receive(message, numbers))
        if self._ready:
            self._poll_soon(self._ready[0])
        if batch:
            self._listener.invoke(self, batch)

    def _is_received(self, message: Message, numbers: Iterator[int]) -> bool:
        """Return whether a visible message is received, or else expires or moves to the DLQ."""
        if self._scheduler.now - message.sent >= backoff.RETENTION * SECOND:
            self._held[message.event.id] -= 1
            self._remove(message)
            self._expire(message)
            return False
        if message.receives >= self._max_receives or self._is_buried(message, numbers):
            self._dead_letter(message)
            return False
        return True

    def _is_buried(self, message: Message, numbers: Iterator[int]) -> bool:
        chance = self._buried_again if message.receives else self._buried
        message.buried = next(numbers) < chance and self._scheduler.inject(message.handle, "buried")
        return message.buried

    def _receive(self, message: Message, numbers: Iterator[int]) -> Receipt:
        again = next(numbers) < self._twice and not self.consumer.ordered
        receipt = message.receive(self._scheduler.now, numbers)
        self._receipts[receipt.handle] = receipt
        self._visibility.receive(message)
        if again and self._scheduler.inject(receipt.handle, "twice"):
            self._scheduler.at(self._scheduler.now + 1, self._receive_twice, message)
        return receipt

    def _receive_twice(self, message: Message) -> None:
        """Give a message to a second worker while another has it."""
        if not message.gone and self._scheduler.now >= self.paused_until:
            receipt = message.receive(
                self._scheduler.now, message.next_numbers(self._scheduler.draws)
            )
            self._receipts[receipt.handle] = receipt
            self._listener.invoke(self, [receipt])

    def _is_stale(self, receipt: Receipt) -> bool:
        """Return whether an ordered queue no longer accepts a receipt."""
        if not self.consumer.ordered:
            return False
        message = receipt.message
        return receipt.nth != message.receives or message.visible <= self._scheduler.now
