"""A message in a queue, and the receipt for each time that it was received."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from events.envelope import Event


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receive of a message, the nth; its handle is what SQS is told."""

    message: "Message"
    nth: int

    @property
    def handle(self) -> str:
        """What SQS knows it by, and who works on it is called by."""
        return f"{self.message.name}, receive {self.nth}"


@dataclass(eq=False, kw_only=True, slots=True)
class Message:
    """An event in a queue, and its JSON; `gone` once somebody acknowledged it, or nobody will.

    Its `luck` are numbers for what befalls it, and `lag` is one for when it is polled. It was
    `sent` at that time (ms) and received `first` at that one. It is `tried` once a reaction to it
    has begun, `done` once one has ended well, and `buried` if every worker was to die on it.
    `spoilt` counts the receives that did not end by its being hidden before another began.
    """

    name: str
    event: Event[Any]
    body: str
    luck: Iterator[int]
    lag: int
    sent: int
    receives: int = 0
    first: int = 0
    hidden: int = 0
    visible: int = 0
    timer: int = 0
    gone: bool = False
    tried: bool = False
    done: bool = False
    buried: bool = False
    spoilt: int = 0

    def receive(self, now: int) -> Receipt:
        """Note that it is received once more."""
        self.spoilt += self.hidden != self.receives
        self.first = self.first or now
        self.receives += 1
        return Receipt(self, self.receives)

    def hidden_by(self, receipt: Receipt) -> None:
        """Note that somebody has hidden it who had received it."""
        self.spoilt += receipt.nth != self.receives
        self.hidden = receipt.nth
