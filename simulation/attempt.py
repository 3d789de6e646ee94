"""Attempts: what one consumer did, attempt by attempt, in words for the report."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from events.envelope import Event
from simulation.clock import format_time


@dataclass(kw_only=True, eq=False, slots=True)
class Attempt:
    """One run of a reaction on an event.

    `late` is whether the event was handled to its end before. `keys` are the idempotency keys of
    its calls outside, by method; `raised` are the errors that its port raised.
    """

    event: Event[Any]
    name: str
    late: bool = False
    keys: dict[str, set[str]] = field(default_factory=dict)
    raised: list[Exception] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that a consumer did: when (ms), in which attempt, and what, in words."""

    at: int
    order: str
    attempt: str
    what: str

    def __str__(self) -> str:
        """Return the time, the attempt and what was done."""
        return f"{format_time(self.at)}  {self.attempt}: {self.what}"


MOST_ACTIONS = 20_000
"""Actions that are noted in a world; later ones are not."""


class Actions:
    """The actions of one consumer in a world."""

    def __init__(self, now: Callable[[], int]) -> None:
        """`now` returns the time (ms)."""
        self._now = now
        self._all: list[Action] = []

    def note(self, attempt: Attempt, what: str) -> None:
        """Note what an attempt did."""
        if len(self._all) < MOST_ACTIONS:
            self._all.append(
                Action(at=self._now(), order=attempt.event.subject, attempt=attempt.name, what=what)
            )

    def on(self, order: str) -> list[Action]:
        """Return the actions on an order."""
        return [each for each in self._all if each.order == order]
