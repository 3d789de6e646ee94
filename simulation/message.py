"""A message in a queue, and the receipt for each time that it was received."""

from collections.abc import Iterator
from typing import Any

import msgspec

from events.envelope import Event
from simulation.draws import Draws


class Receipt(msgspec.Struct, frozen=True, eq=False):
    """One receive of a message, the nth.

    Its handle is what SQS knows it by, and who works on it is called by. Its luck are numbers for
    what inject it, and then its worker.
    """

    message: "Message"
    nth: int
    handle: str
    luck: Iterator[int]


class Message:
    """An event in a queue, and its JSON; `gone` once somebody acknowledged it, or nobody will.

    Its `luck` are numbers for its first receive, and `lag` is one for when it is polled. It was
    `sent` at that time (ms) and received `first` at that one. It is `tried` once a reaction to it
    has begun, `done` once one has ended well, and `buried` if every worker was to die on it.
    `spoilt` counts the receives that did not end by its being hidden before another began.
    """

    receives = 0
    first = 0
    hidden = 0
    visible = 0
    timer = 0
    gone = False
    tried = False
    done = False
    buried = False
    spoilt = 0

    def __init__(
        self, name: str, event: Event[Any], body: str, luck: Iterator[int], lag: int, sent: int
    ) -> None:
        """Take what it is called, what it is, its luck, and when it was sent."""
        self.name = name
        self.event = event
        self.body = body
        self.luck = luck
        self.lag = lag
        self.sent = sent

    @property
    def handle(self) -> str:
        """What its next receive will be known by."""
        return f"{self.name}, receive {self.receives + 1}"

    def next_luck(self, draws: Draws) -> Iterator[int]:
        """Return numbers for its next receive, which no other depends on."""
        return draws.row(self.handle) if self.receives else self.luck

    def receive(self, now: int, luck: Iterator[int]) -> Receipt:
        """Note that it is received once more."""
        handle = self.handle
        self.spoilt += self.hidden != self.receives
        self.first = self.first or now
        self.receives += 1
        return Receipt(self, self.receives, handle, luck)

    def hidden_by(self, receipt: Receipt) -> None:
        """Note that somebody has hidden it who had received it."""
        self.spoilt += receipt.nth != self.receives
        self.hidden = receipt.nth

    def hide(self, until: int) -> int:
        """Note until when (ms) it is hidden, and return the number of the timer that shows it."""
        self.visible = until
        self.timer += 1
        return self.timer
