"""A message in a queue, and a receipt for each receive."""

from collections.abc import Iterator
from typing import Any

import msgspec

from events.envelope import Event
from simulation.draws import Draws


class Receipt(msgspec.Struct, frozen=True, eq=False):
    """The nth receive of a message; its handle names it to SQS, and names its worker.

    `numbers` decide the faults of this receive and its worker.
    """

    message: "Message"
    nth: int
    handle: str
    numbers: Iterator[int]


class Message:
    """An event in a queue, and its JSON; `gone` once it was acknowledged or left the queue.

    `numbers` decide the faults of its first receive, `lag` its poll. It was `sent` and received
    `first` at those times (ms). It is `tried` once a reaction to it has begun, `done` once one has
    succeeded, and `buried` if every worker is to die on it. `undelayed` counts the receives after
    which it was not hidden for the retry delay.
    """

    receives = 0
    first = 0
    last_hidden = 0
    visible = 0
    timer = 0
    gone = False
    tried = False
    done = False
    buried = False
    undelayed = 0

    def __init__(
        self, name: str, event: Event[Any], body: str, numbers: Iterator[int], lag: int, sent: int
    ) -> None:
        self.name = name
        self.event = event
        self.body = body
        self.numbers = numbers
        self.lag = lag
        self.sent = sent

    @property
    def handle(self) -> str:
        """The handle of its next receive."""
        return f"{self.name}, receive {self.receives + 1}"

    def next_numbers(self, draws: Draws) -> Iterator[int]:
        """Return numbers for its next receive; no other receive changes them."""
        return draws.numbers(self.handle) if self.receives else self.numbers

    def receive(self, now: int, numbers: Iterator[int]) -> Receipt:
        """Count a receive, and return its receipt."""
        handle = self.handle
        self.undelayed += self.last_hidden != self.receives
        self.first = self.first or now
        self.receives += 1
        return Receipt(self, self.receives, handle, numbers)

    def hidden_by(self, receipt: Receipt) -> None:
        """Note that the holder of a receipt has hidden it."""
        self.undelayed += receipt.nth != self.receives
        self.last_hidden = receipt.nth

    def hide(self, until: int) -> int:
        """Hide it until a time (ms), and return the number of the timer that shows it."""
        self.visible = until
        self.timer += 1
        return self.timer
