"""A consumer's queue: at least once, in no order, or one order's events in their order.

It is polled as Lambda does: what is visible by then is a batch, of at most as many messages as the
consumer's row says. An ordered queue gives nothing of a group while one of it is hidden.
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
from simulation.scheduler import Engine
from simulation.visibility import Visibility

TWICE = share(0.05)
"""The share of receives after which another worker is given the same message at once."""

DOUBLED = share(0.05)
"""The share of messages of a standard queue that SNS delivers twice."""

DELAY = 200
"""The longest, in milliseconds, that a message is on its way; so they overtake each other."""

LAGS = (1, 50, 1000)
"""The longest until the next poll (ms): a world's is one of these; the longer, the more a batch."""

BURIED = share(0.004)
BURIED_AGAIN = (share(0.15), 0)
"""The share of messages on which every worker dies, so that they end in the DLQ: of those that come
for the first time, and of those that have failed before, which in a world is one of these."""


class QueueListener(Protocol):
    """A world, as its queues know it."""

    def invoke(self, queue: "Queue", batch: Sequence[Receipt]) -> None:
        """A function is to work on these."""

    def acknowledged(self, queue: "Queue", message: Message) -> None:
        """A message is done with."""

    def dead_lettered(self, queue: "Queue", message: Message) -> None:
        """A message has gone to the DLQ."""

    def lost(self, queue: "Queue", event: Event[Any]) -> None:
        """An event's message was older than what a queue keeps."""


class Queue:
    """The queue of one consumer, and its DLQ."""

    def __init__(
        self, consumer: Consumer, engine: Engine, keeper: QueueListener, *, batches: bool
    ) -> None:
        """Take whose it is, who is told of its messages, and whether it gives several at once.

        It is `there` once it was deployed; `missed` are ids of what it missed before, and since.
        `lost` are ids of what it did not keep long enough, and was not sent again since.
        """
        self.consumer = consumer
        self.there = True
        self.missed: set[str] = set()
        self.lost: set[str] = set()
        self.dead: list[Message] = []
        self.paused_until = 0
        self._engine = engine
        self._keeper = keeper
        self._visibility = Visibility(engine, consumer.visibility * SECOND, self._appear)
        self._most = backoff.receives_to_ride_out()
        self._buried_again = engine.draws.pick("buried again", BURIED_AGAIN)
        self._batch = consumer.batch if batches else 1
        self._lag = engine.draws.pick("lag", LAGS) if batches else 1
        self._groups = MessageGroups()
        self._sent: defaultdict[str, int] = defaultdict(int)
        self._held: defaultdict[str, int] = defaultdict(int)
        self._ready: list[Message] = []
        self._receipts: dict[str, Receipt] = {}
        self._polled = False

    def hear(self, event: Event[Any], body: str) -> None:
        """Take an event that the topic has for it, if it is there already."""
        if not self.there:
            self.missed.add(event.id)
            return
        luck = self.send(event, body)
        if luck < DOUBLED and not self.consumer.ordered:
            name = self._name(event)
            if self._engine.inject(name, "doubled"):
                self._arrive(f"{name} doubled", event, body)

    def send(self, event: Event[Any], body: str) -> int:
        """Put an event into the queue, and return some luck that is left over."""
        self.missed.discard(event.id)
        self.lost.discard(event.id)
        self._sent[event.id] += 1
        return self._arrive(self._name(event), event, body)

    def delete(self, receipt: Receipt) -> bool:
        """Acknowledge a message: it is gone, whoever else is at work on it.

        Tell whether that was so: an ordered queue does not take it from who was too slow.
        """
        if self._is_stale(receipt):
            return False
        if not receipt.message.gone:
            self._keeper.acknowledged(self, receipt.message)
            self._held[receipt.message.event.id] -= 1
            self._leave(receipt.message)
        return True

    def hide(self, seconds: Mapping[str, int]) -> None:
        """Hide messages, by receipt handle, for so many seconds from now."""
        for handle, wait in seconds.items():
            receipt = self._receipts[handle]
            if not receipt.message.gone and not self._is_stale(receipt):
                receipt.message.hidden_by(receipt)
                self._visibility.hide(receipt.message, self._engine.now + wait * SECOND)

    def redrive(self) -> None:
        """Send what is in the DLQ to the queue again, but for what that no longer keeps."""
        dead, self.dead = self.dead, []
        for message in dead:
            self._held[message.event.id] -= 1
            if self._engine.now - message.sent >= backoff.DEAD_LETTER_RETENTION * SECOND:
                self._lose(message)
            else:
                self.send(message.event, message.body)

    def never_receives(self, event: str) -> bool:
        """Tell whether an event came too early for a consumer that may not be sent it later."""
        return event in self.missed and not self.consumer.replayable

    def accounts_for(self, event: str) -> bool:
        """Tell whether an event is still under way or in the DLQ, or known to have been missed."""
        return self._held[event] > 0 or event in self.missed or event in self.lost

    # -- coming and going --------------------------------------------------------------------------

    def _name(self, event: Event[Any]) -> str:
        nth = self._sent[event.id]
        return f"{self.consumer.name} on {event.id}" + (f" (copy {nth})" if nth > 1 else "")

    def _arrive(self, name: str, event: Event[Any], body: str) -> int:
        """Let a new message come in after a while, and return some luck that is left over."""
        luck = self._engine.draws.row(name)
        now = self._engine.now
        wait, lag, rest = next(luck), next(luck), next(luck)
        message = Message(name, event, body, luck, lag, now)
        self._held[event.id] += 1
        if self.consumer.ordered:
            self._groups.add(message)
        self._visibility.hide(message, now + 1 + wait % DELAY)
        return rest

    def _leave(self, message: Message) -> None:
        """Let a message be gone, and the next of its group have its turn."""
        message.gone = True
        following = self._groups.remove(message) if self.consumer.ordered else None
        if following is not None:
            self._appear(following)

    def _lose(self, message: Message) -> None:
        self.lost.add(message.event.id)
        self._keeper.lost(self, message.event)

    def _give_up(self, message: Message) -> None:
        """Put a message into the DLQ; in that of an ordered queue its age begins anew."""
        self.dead.append(message)
        self._leave(message)
        if self.consumer.ordered:
            message.sent = self._engine.now
        self._keeper.dead_lettered(self, message)

    # -- being received ----------------------------------------------------------------------------

    def _appear(self, message: Message) -> None:
        self._ready.append(message)
        self._poll_soon(message)

    def _poll_soon(self, message: Message) -> None:
        if self._polled:
            return
        self._polled = True
        lag = message.lag % self._lag
        if lag:
            self._engine.at(self._engine.now + lag, self._poll)
        else:
            self._poll()

    def _poll(self) -> None:
        now = self._engine.now
        if now < self.paused_until:
            self._engine.at(self.paused_until, self._poll)
            return
        self._polled = False
        ready, self._ready = self._ready, []
        batch: list[Receipt] = []
        for message in self._groups.in_order(ready, now) if self.consumer.ordered else ready:
            if message.gone or message.visible > now:
                continue
            if len(batch) == self._batch:
                self._ready.append(message)
            elif self._is_received(message, luck := message.next_luck(self._engine.draws)):
                batch.append(self._receive(message, luck))
        if self._ready:
            self._poll_soon(self._ready[0])
        if batch:
            self._keeper.invoke(self, batch)

    def _is_received(self, message: Message, luck: Iterator[int]) -> bool:
        """Tell whether a visible message is received, or has come to its end."""
        if self._engine.now - message.sent >= backoff.RETENTION * SECOND:
            self._held[message.event.id] -= 1
            self._leave(message)
            self._lose(message)
            return False
        if message.receives >= self._most or self._buried(message, luck):
            self._give_up(message)
            return False
        return True

    def _buried(self, message: Message, luck: Iterator[int]) -> bool:
        chance = self._buried_again if message.receives else BURIED
        message.buried = next(luck) < chance and self._engine.inject(message.handle, "buried")
        return message.buried

    def _receive(self, message: Message, luck: Iterator[int]) -> Receipt:
        again = next(luck) < TWICE and not self.consumer.ordered
        receipt = message.receive(self._engine.now, luck)
        self._receipts[receipt.handle] = receipt
        self._visibility.receive(message)
        if again and self._engine.inject(receipt.handle, "twice"):
            self._engine.at(self._engine.now + 1, self._again, message)
        return receipt

    def _again(self, message: Message) -> None:
        """Give a message to another worker, although one is at work on it."""
        if not message.gone and self._engine.now >= self.paused_until:
            receipt = message.receive(self._engine.now, message.next_luck(self._engine.draws))
            self._receipts[receipt.handle] = receipt
            self._keeper.invoke(self, [receipt])

    def _is_stale(self, receipt: Receipt) -> bool:
        """Tell whether an ordered queue does not know a receipt any more."""
        if not self.consumer.ordered:
            return False
        message = receipt.message
        return receipt.nth != message.receives or message.visible <= self._engine.now
