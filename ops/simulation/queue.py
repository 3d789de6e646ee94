"""A consumer's queue: at least once, in no order, or one order's events one at a time."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from events.envelope import Event
from functions.runtime.backoff import receives_to_ride_out
from functions.runtime.service import Consumer
from ops.simulation.engine import DAY, HOUR, MINUTE, SECOND, Engine

TWICE = 0.05
"""The share of receives after which another worker is given the same message at once."""

DOUBLED = 0.05
"""The share of messages of a standard queue that SNS delivers twice."""

DELAY = 200
"""The longest, in milliseconds, that a message is on its way; so they overtake each other."""

REDRIVEN = 0.5
REDRIVES = (HOUR, DAY - 4 * MINUTE, DAY - MINUTE, DAY + MINUTE, DAY + 4 * MINUTE, 25 * HOUR)
ALARMS = 3
"""How often an operator empties a DLQ while other things happen, after how long, and how often at
most: who has been woken thrice for the same consumer waits until it works again."""

BURIED = 0.004
BURIED_AGAIN = 0.1
"""The share of messages on which every worker dies, so that they end in the DLQ: of those that come
for the first time, and of those that have failed before."""


@dataclass(eq=False, kw_only=True)
class Message:
    """An event in a queue; `gone` once somebody acknowledged it.

    Its `luck` are two numbers for its way here, and two for each time that it is received.
    """

    name: str
    event: Event[Any]
    luck: Iterator[int]
    receives: int = 0
    visible: int = 0
    timer: int = 0
    gone: bool = False


class Queue:
    """The queue of one consumer, and its DLQ."""

    def __init__(
        self, consumer: Consumer, engine: Engine, work: Callable[["Queue", Message], None]
    ) -> None:
        """Take whose it is, and what begins the work on a message."""
        self.consumer = consumer
        self.dead: list[Message] = []
        self.paused_until = 0
        self._engine = engine
        self._work = work
        self._visibility = consumer.visibility * SECOND
        self._alarms = ALARMS
        self._most = receives_to_ride_out()
        self._groups: dict[str, deque[Message]] = {}
        self._sent: dict[str, int] = {}

    def send(self, event: Event[Any], why: str = "") -> None:
        """Put an event into the queue."""
        nth = self._sent[event.id] = self._sent.get(event.id, 0) + 1
        name = f"{self.consumer.name} on {event.id}" + (f" (copy {nth})" if nth > 1 else "")
        luck = self._arrive(name, event)
        by_topic = not (why or self.consumer.ordered)
        if by_topic and self._engine.befalls(name, "doubled", DOUBLED, luck=luck):
            self._arrive(f"{name} doubled", event)

    def delete(self, message: Message) -> None:
        """Acknowledge a message: it is gone, whoever else is at work on it."""
        if not message.gone:
            message.gone = True
            self._leave(message)

    def hide(self, message: Message, seconds: int) -> None:
        """Hide a message for so long from now."""
        if not message.gone:
            self._hide(message, self._engine.now + seconds * SECOND)

    def redrive(self) -> None:
        """Send what is in the DLQ to the queue again."""
        dead, self.dead = self.dead, []
        for message in dead:
            self.send(message.event, "redriven")

    def _arrive(self, name: str, event: Event[Any]) -> int:
        """Let a new message come in after a while, and return some luck that is left over."""
        message = Message(name=name, event=event, luck=self._engine.dice.row(name))
        wait, luck = next(message.luck), next(message.luck)
        if self.consumer.ordered:
            group = self._groups.setdefault(event.subject, deque())
            group.append(message)
            if len(group) > 1:
                return luck
        self._hide(message, self._engine.now + 1 + wait % DELAY)
        return luck

    def _hide(self, message: Message, until: int) -> None:
        message.visible = until
        message.timer += 1
        self._engine.at(until, partial(self._receive, message, message.timer))

    def _receive(self, message: Message, timer: int) -> None:
        if message.gone or timer != message.timer:
            return
        if self._engine.now < self.paused_until:
            self._hide(message, self.paused_until)
            return
        buried, twice = next(message.luck), next(message.luck)
        if message.receives >= self._most or self._buried(message, buried):
            self._give_up(message)
            return
        self._begin(message)
        self._hide(message, self._engine.now + self._visibility)
        if not self.consumer.ordered and self._twice(message, twice):
            self._engine.at(self._engine.now + 1, partial(self._begin, message))

    def _give_up(self, message: Message) -> None:
        """Put a message into the DLQ; its alarm may bring an operator after a while."""
        message.gone = True
        self.dead.append(message)
        self._leave(message)
        when = self._engine.now + self._engine.dice.pick(f"wait {message.name}", REDRIVES)
        if self._alarms and self._engine.befalls(message.name, "redriven", REDRIVEN, at=when):
            self._alarms -= 1
            self._engine.at(when, self.redrive)

    def _begin(self, message: Message) -> None:
        if not message.gone and self._engine.now >= self.paused_until:
            message.receives += 1
            self._work(self, message)

    def _twice(self, message: Message, luck: int) -> bool:
        who = f"{message.name}, receive {message.receives}"
        return self._engine.befalls(who, "twice", TWICE, luck=luck)

    def _buried(self, message: Message, luck: int) -> bool:
        who = f"{message.name}, receive {message.receives + 1}"
        chance = BURIED_AGAIN if message.receives else BURIED
        return self._engine.befalls(who, "buried", chance, luck=luck)

    def _leave(self, message: Message) -> None:
        """Let the next of an order have its turn."""
        group = self._groups.get(message.event.subject)
        if group and group[0] is message:
            group.popleft()
            if group:
                self._hide(group[0], self._engine.now + 1)
