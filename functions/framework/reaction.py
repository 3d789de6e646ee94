"""The words in which a reaction is written: what it hears, and what it decides; pure values."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import msgspec

from events.envelope import Event, Fact
from events.history import History
from functions.framework.ports import Change, Row


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """A fact for a slot, with the changes to own tables that must be written with it.

    `slot` defaults to the contract's first.
    """

    fact: Fact
    slot: str | None = None
    changes: tuple[Change, ...] = ()


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """Rows for a table of the service's own, written one after the other: a read model's."""

    table: str
    rows: tuple[Row, ...]


type Decision = Fact | Fill | Keep | None
type Steps = Generator[Fact | Fill, Event[Any], Decision]
"""A reaction of several steps: each yielded fact is answered with the event that holds its slot."""


@dataclass(frozen=True, kw_only=True)
class On:
    """One reaction: a plain function of the event and, if asked for, history, outside and time.

    It returns the fact that it decided, rows to keep, or nothing; or it yields facts to learn who
    holds the slot. `states` are the types with which the reaction can end (in `slot`, where they
    are not its own alone), and `spared_by` those after which there is nothing left to do: what is
    outstanding follows from them.
    """

    event: type[Fact]
    react: Callable[..., Steps | Decision]
    states: tuple[type[Fact], ...] = ()
    slot: str | None = None
    spared_by: tuple[type[Fact], ...] = ()
    history: bool = False
    outside: bool = False
    now: bool = False

    def ended(self, history: History) -> bool:
        """Tell whether a history has a fact that the reaction ends with."""
        return any(
            isinstance(event.data, self.states) and self.slot in (None, event.slot)
            for event in history
        )
