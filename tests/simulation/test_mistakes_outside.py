"""Naive consumers that act outside: each classical mistake is caught, with a short story."""

from collections.abc import Callable
from typing import Any, ClassVar, Protocol
from uuid import uuid4

import pytest

from events import codec
from events.contracts.ordering import OrderConfirmed
from events.envelope import Event, Fact
from events.history import History
from functions.framework.ports import Record, Records, Resources
from functions.framework.reaction import On
from functions.framework.service import Adapter, Consumer
from functions.framework.table import Table
from tests.simulation.mistakes import NAME, assert_caught

SEEN: set[str] = set()


class ExamplePrinted(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = (NAME,)
    slots: ClassVar[tuple[str, ...]] = ("examplenaive/printed",)


@pytest.fixture(autouse=True)
def _contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(codec.CONTRACTS, ExamplePrinted.__name__, ExamplePrinted)


class Printer(Protocol):
    def print(self, order: str, key: str = "") -> None: ...


class Fake:
    def print(self, order: str, key: str = "") -> None:
        pass


class Counting:
    """A fake that adds to a number, whatever the key."""

    def __init__(self, cards: Records) -> None:
        self._cards = cards

    def print(self, order: str, key: str = "") -> None:
        there = self._cards.get(order)
        printed = int(there.values["printed"]) if there else 0
        self._cards.put(
            Record(
                key=order, values={"printed": printed + 1}, version=there.version if there else 0
            )
        )

    def printed(self, order: str) -> Record | None:
        return self._cards.get(order)


CARDS = Table(name="cards", key="order", access=frozenset({"get", "put"}))
COUNTING = Adapter(
    name="fake", build=lambda resources: Counting(resources.tables(CARDS.name)), tables=(CARDS,)
)


def fake(_: Resources) -> Fake:
    return Fake()


def outside(react: Any, key: str | None, **more: Any) -> Consumer:
    adapter = more.pop("adapter", Adapter(name="fake", build=fake))
    on = On(event=OrderConfirmed, react=react, history=True, outside=True, **more)
    return Consumer(name=NAME, on=(on,), adapters=(adapter,), effects={"print": key})


def acts_every_time(confirmed: Event[Any], _: History, printer: Printer) -> None:
    printer.print(confirmed.subject)


def acts_before_it_looks(
    confirmed: Event[Any], history: History, printer: Printer
) -> ExamplePrinted | None:
    printer.print(confirmed.subject)
    return None if history.states(ExamplePrinted) else ExamplePrinted()


def makes_a_key_each_time(confirmed: Event[Any], _: History, printer: Printer) -> None:
    printer.print(confirmed.subject, key=uuid4().hex)


def remembers_in_a_global(confirmed: Event[Any], _: History, printer: Printer) -> None:
    if confirmed.id not in SEEN:
        printer.print(confirmed.subject)
        SEEN.add(confirmed.id)


def acts_by_order(confirmed: Event[Any], _: History, printer: Printer) -> None:
    printer.print(confirmed.subject, key=confirmed.subject)


def assumes_an_order(confirmed: Event[Any], _: History, printer: Any) -> None:
    printer.printed(confirmed.subject).values["printed"]


MISTAKES: dict[str, tuple[Callable[[], Consumer], str]] = {
    "acts every time": (lambda: outside(acts_every_time, None), "a_handled_event_acts_no_more"),
    "acts before it looks": (
        lambda: outside(acts_before_it_looks, None, states=(ExamplePrinted,)),
        "a_handled_event_acts_no_more",
    ),
    "makes a key each time": (
        lambda: outside(makes_a_key_each_time, "key"),
        "attempts_share_their_keys",
    ),
    "remembers in a global": (
        lambda: outside(remembers_in_a_global, None),
        "a_handled_event_acts_no_more",
    ),
    "counts instead of putting": (
        lambda: outside(acts_by_order, "key", adapter=COUNTING),
        "a_repeated_call_changes_nothing",
    ),
    "assumes that another row is there": (
        lambda: outside(assumes_an_order, "key", adapter=COUNTING),
        "functions_fail_only_with_their_calls",
    ),
}
"""A consumer with each mistake, and the invariant that it breaks."""


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_caught_with_a_short_story(name: str) -> None:
    make, invariant = MISTAKES[name]

    story = assert_caught(make(), invariant)

    assert invariant.startswith("functions") or f"What {NAME} did:" in story
