"""Reactions: the subscribed event type, the function, and what it may decide."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import msgspec

from events.codec import CONTRACTS
from events.envelope import Event, Fact
from events.history import History
from functions.framework.ports import Change, Row, SafeToLog


class Misdeclared(SafeToLog):
    """A reaction returned what it may not, or what its row does not declare."""


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """A fact for a slot, and changes of own tables that are written in the same transaction.

    `slot` defaults to the first slot of the contract.
    """

    fact: Fact
    slot: str | None = None
    changes: tuple[Change, ...] = ()


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """Rows for an own table, such as a read model, written one after the other."""

    table: str
    rows: tuple[Row, ...]


type Decision = Fact | Fill | Keep | None
type Steps = Generator[Fact | Fill, Event[Any], Decision]
"""A reaction of several steps: it yields a fact and is sent the event that holds the slot."""


@dataclass(frozen=True, kw_only=True)
class On:
    """A reaction to one event type: a plain function of the event.

    With `history`, `outside` or `now` the function gets these as further arguments: the order's
    history, the port that the adapter built, the time. It returns the fact that it decided, rows to
    keep, or None; or it yields facts and is sent the events that hold their slots.

    `states` are the fact types with which the reaction can end, in `slot` if other reactions state
    the same types. `spared_by` are the types after which nothing is left to do. What is outstanding
    for an order follows from both.
    """

    event: type[Fact]
    react: Callable[..., Steps | Decision]
    states: tuple[type[Fact], ...] = ()
    slot: str | None = None
    spared_by: tuple[type[Fact], ...] = ()
    history: bool = False
    outside: bool = False
    now: bool = False

    def __post_init__(self) -> None:
        """Check the types.

        Raises:
            ValueError: one is no contract that may be published.
        """
        for fact in (self.event, *self.states, *self.spared_by):
            name = getattr(fact, "__name__", repr(fact))
            if CONTRACTS.get(name) is not fact:
                raise ValueError(
                    f"{name} is not a published event type: subscribe to a class of"
                    " events/contracts/ that CONTRACTS in events/codec.py names"
                )

    def ended(self, history: History) -> bool:
        """Return whether a history has a fact with which the reaction ends."""
        return any(
            isinstance(event.data, self.states) and self.slot in (None, event.slot)
            for event in history
        )
