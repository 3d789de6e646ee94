"""Proof of a consumer: what its row cannot state, for simulated worlds; in no function's package.

A consumer may have a module `proof` in its folder, with a `PROOF`. An invariant is a function that
returns whether it holds; the one sentence of its docstring is what a violation prints.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from events.envelope import Event, Fact
from events.history import History
from functions.framework.ports import Mail, Record, Resources, Row, Rows


class Shop(Protocol):
    """A simulated shop, as the proof of one consumer sees it.

    `pieces` is the initial stock by product, `facts` the number of events in the log, `state` what
    the proof's own `state` made for this world. `mails` counts the sent mails by receiver and
    subject, `mail_ids` has their ids.
    """

    pieces: Mapping[str, int]
    state: Any
    mails: Counter[tuple[str, str]]
    mail_ids: set[str]

    @property
    def facts(self) -> int:
        """The number of events in the log."""
        ...

    def now(self) -> datetime:
        """Return the time."""
        ...

    def orders(self) -> Sequence[str]:
        """Return the orders in the log."""
        ...

    def history(self, order: str) -> History:
        """Return all events of an order."""
        ...

    def has_handled(self, event: str) -> bool:
        """Return whether the consumer has acknowledged an event, by its id."""
        ...

    def rows(self, table: str) -> Rows:
        """Return an own table with a sort key."""
        ...

    def number(self, table: str, key: str, attribute: str) -> int:
        """Return a number of an item of an own table; zero if there is none."""
        ...

    def set_number(self, table: str, key: str, attribute: str, number: int) -> None:
        """Set a number of an item of an own table."""
        ...

    def versions(self, table: str, order: str) -> Mapping[str, Sequence[Record]]:
        """Return all versions of an order's items in an own table, the oldest first, by key."""
        ...


type OfFact = Callable[[Shop, Event[Any]], bool]
type OfOrder = Callable[[Shop, str], bool]
type OfRow = Callable[[Shop, Row], bool]
type OfMail = Callable[[Shop, Mail], bool]
type OfShop = Callable[[Shop], bool]


@dataclass(frozen=True, kw_only=True)
class Outside:
    """How a simulated world makes the calls of a consumer's port to the outside.

    `calls` is the first part of their names, by default the consumer's. `adapter` names an adapter
    other than the default one, `build` replaces what it builds. `error` is the port's own error for
    a call that failed. Of the port's methods, `reads` change nothing outside, `local` make no call,
    `once` are not repeated by an SDK, and `rare` ones meet faults so many times as often.
    """

    calls: str | None = None
    adapter: str | None = None
    build: Callable[[Resources], object] | None = None
    error: type[Exception] | None = None
    reads: frozenset[str] | None = None
    local: frozenset[str] = frozenset()
    once: frozenset[str] = frozenset()
    rare: Mapping[str, int] = field(default_factory=dict)


def key_of(record: Record) -> str:
    """Return the key of an item, for tables in which it is the order."""
    return record.key


def _nothing(*_: object) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What must hold for one consumer in every simulated world.

    `state` makes what the proof keeps during a world, `seed` fills tables before the first order,
    `on_fault` is called with the order, the call and the fault that met a worker of the consumer.
    `order_of` returns the order of an item, by table; by default its key is the order. `describe`
    yields lines on an order for the report of a violation. `notice_of` returns what the provider
    reports later about a mail with that id, if anything, by a random number below 2 to the power
    of 32 that is the same for all mails to an address.

    Invariants are checked after each change that they name: a fact of a type that any service
    stated, an item or a row of an own table, an event that the consumer has handled, a mail. Those
    in `at_rest` (of each order) and `at_rest_of_all` are checked when nothing is left to do. A
    replay at the end must not change the consumer's tables, unless `replay_changes_rows`.
    """

    outside: Outside = Outside()
    state: Callable[[], Any] = _nothing
    seed: Callable[[Shop], None] = _nothing
    on_fault: Callable[[Shop, str, str, str], None] = _nothing
    order_of: Mapping[str, Callable[[Record], str]] = field(default_factory=dict)
    describe: Callable[[Shop, str], Iterable[str]] = lambda _, __: ()
    notice_of: Callable[[Shop, Mail, str, int], str | None] = _nothing
    of_facts: Mapping[type[Fact], tuple[OfFact, ...]] = field(default_factory=dict)
    of_records: Mapping[str, tuple[OfOrder, ...]] = field(default_factory=dict)
    of_rows: Mapping[str, tuple[OfRow, ...]] = field(default_factory=dict)
    of_a_handled_event: tuple[OfOrder, ...] = ()
    of_a_mail: tuple[OfMail, ...] = ()
    at_rest: tuple[OfOrder, ...] = ()
    at_rest_of_all: tuple[OfShop, ...] = ()
    replay_changes_rows: bool = False
