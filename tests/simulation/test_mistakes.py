"""Naive consumers: each classical mistake is caught, with a short story in words."""

import time
from collections.abc import Callable, Iterator
from copy import replace
from typing import Any, ClassVar, Protocol
from uuid import uuid4

import pytest

from events import codec
from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.envelope import Event, Fact
from events.history import History
from functions.framework.ports import Record, Records, Resources, Row
from functions.framework.reaction import Keep, On
from functions.framework.service import Adapter, Consumer, Projection, Table
from functions.map import BUS, CONSUMERS
from simulation import watchdog
from simulation.campaign import Rows, Tally, campaign
from simulation.report import replay_command, report
from simulation.shrink import shrink

WORLDS = 20
ORDERS = 3
NAME = "examplenaive"
ROWS = Table(name="rows", key="order", sort="event", access=frozenset({"put"}))
SEEN: set[str] = set()
handled = 0


class ExamplePrinted(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = (NAME,)
    slots: ClassVar[tuple[str, ...]] = ("examplenaive/printed",)


@pytest.fixture(autouse=True)
def _contract(monkeypatch: pytest.MonkeyPatch) -> None:
    for fact in (ExamplePrinted, ExampleNumbered):
        monkeypatch.setitem(codec.CONTRACTS, fact.__name__, fact)


class ExampleNumbered(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = (NAME,)
    slots: ClassVar[tuple[str, ...]] = ("examplenaive/number",)

    number: int


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


def keeping(react: Any, *events: type[Fact], **more: Any) -> Consumer:
    fold = more.pop("fold", None)
    on = tuple(On(event=event, react=react, history=True, **more) for event in events)
    projection = Projection(table=ROWS.name, fold=fold) if fold else None
    return Consumer(name=NAME, on=on, tables=(ROWS,), replayable=True, projection=projection)


# -- the mistakes ----------------------------------------------------------------------------------


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


def counts_in_a_global(event: Event[Any], _: History) -> Keep:
    global handled
    handled += 1
    row = Row(partition=event.subject, sort=event.type, values={"nth": handled})
    return Keep(table=ROWS.name, rows=(row,))


def writes_a_new_row(event: Event[Any], _: History) -> Keep:
    row = Row(partition=event.subject, sort=uuid4().hex, values={"type": event.type})
    return Keep(table=ROWS.name, rows=(row,))


def writes_the_last_event(event: Event[Any], _: History) -> Keep:
    row = Row(partition=event.subject, sort="state", values={"state": event.type})
    return Keep(table=ROWS.name, rows=(row,))


def writes_the_time(event: Event[Any], _: History, now: Any) -> Keep:
    row = Row(partition=event.subject, sort="time", values={"time": now.isoformat()})
    return Keep(table=ROWS.name, rows=(row,))


def fold(history: History) -> Row | None:
    """Return the right row; no version, so an older one overwrites it."""
    state = next((e.type for e in history if e.type in ("OrderConfirmed", "OrderCancelled")), "-")
    (first, *_) = history
    return Row(partition=first.subject, sort="state", values={"state": state})


def writes_the_fold_without_a_version(_: Event[Any], history: History) -> Keep:
    made = fold(history)
    assert made
    return Keep(table=ROWS.name, rows=(made,))


def writes_what_comes_next(_: Event[Any], history: History) -> Keep:
    made = fold(history)
    assert made
    row = Row(partition=made.partition, sort=made.sort, values={"state": "?"}, version=9)
    return Keep(table=ROWS.name, rows=(row,))


def versioned(history: History) -> Row | None:
    made = fold(history)
    return replace(made, version=len(history)) if made else None


def numbers_by_a_global(_: Event[Any], __: History) -> ExampleNumbered:
    global handled
    handled += 1
    return ExampleNumbered(number=handled)


def assumes_an_order(confirmed: Event[Any], _: History, printer: Any) -> None:
    printer.printed(confirmed.subject).values["printed"]


def fails(event: Event[Any], _: History) -> None:
    raise ValueError(f"nothing is known of {event.type}")


def returns_nonsense(_: Event[Any], __: History) -> Any:
    return "done"


EVENTS = (OrderPlaced, OrderConfirmed, OrderCancelled)

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
    "counts in a global": (
        lambda: keeping(counts_in_a_global, *EVENTS),
        "a_replay_changes_nothing",
    ),
    "decides by a global": (
        lambda: keeping(numbers_by_a_global, OrderPlaced, states=(ExampleNumbered,)),
        "a_decision_needs_no_memory",
    ),
    "writes a new row each time": (
        lambda: keeping(writes_a_new_row, *EVENTS),
        "a_replay_changes_nothing",
    ),
    "writes the last event": (
        lambda: keeping(writes_the_last_event, *EVENTS),
        "a_replay_changes_nothing",
    ),
    "writes the time of the handling": (
        lambda: keeping(writes_the_time, *EVENTS, now=True),
        "a_replay_changes_nothing",
    ),
    "writes the last event of a projection": (
        lambda: keeping(writes_the_last_event, *EVENTS, fold=fold),
        "a_row_is_not_behind",
    ),
    "writes without a version": (
        lambda: keeping(writes_the_fold_without_a_version, *EVENTS, fold=fold),
        "a_row_is_not_behind",
    ),
    "writes what comes next": (
        lambda: keeping(writes_what_comes_next, *EVENTS, fold=versioned),
        "a_row_is_not_ahead",
    ),
    "assumes that another row is there": (
        lambda: outside(assumes_an_order, "key", adapter=COUNTING),
        "functions_fail_only_with_their_calls",
    ),
    "fails": (lambda: keeping(fails, OrderPlaced), "functions_fail_only_with_their_calls"),
    "returns nonsense": (
        lambda: keeping(returns_nonsense, OrderPlaced),
        "reactions_return_what_their_rows_declare",
    ),
}
"""A consumer with each mistake, and the invariant that it breaks."""

FIRST = {"writes without a version": 32}
"""The first seed of a mistake that shows in one world of twenty-five."""

FAULTS = 4
"""The faults that suffice for each."""


def rows_with(consumer: Consumer) -> Rows:
    return (*CONSUMERS, consumer), BUS


def found(consumer: Consumer, first: int = 0) -> Iterator[Any]:
    return campaign(
        range(first, first + WORLDS),
        ORDERS,
        Tally(),
        aimed=frozenset({NAME}),
        rows=rows_with(consumer),
    )


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_caught_with_a_short_story(name: str) -> None:
    make, invariant = MISTAKES[name]
    consumer = make()

    first = next(found(consumer, FIRST.get(name, 0)))
    assert first.violation.name == invariant
    small = shrink(first, rows_with(consumer))

    assert len(small.scenario.present) <= 1 + (name == "decides by a global")
    assert len(small.world.scheduler.injected) <= FAULTS
    assert small.violation
    story = "\n".join(report(small))
    assert small.violation.sentence in story
    assert invariant.startswith(("functions", "reactions")) or f"What {NAME} did:" in story
    assert f"simulate --consumer {NAME} --seed" in replay_command(small)


def test_an_error_names_its_file_and_line() -> None:
    line = fails.__code__.co_firstlineno + 1
    violation = next(found(keeping(fails, OrderPlaced))).violation

    assert f"tests/simulation/test_mistakes.py:{line}" in str(violation)
    assert "ValueError: nothing is known of OrderPlaced" in str(violation)


@pytest.mark.parametrize("sleeps", [True, False])
def test_a_reaction_that_blocks_is_ended(sleeps: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "TICK", 0.02)

    def blocks(_: Event[Any], __: History) -> None:
        while True:
            if sleeps:
                time.sleep(9)

    worlds = list(found(keeping(blocks, OrderPlaced)))

    assert [each.violation.name for each in worlds] == ["every_reaction_ends"]
    assert "tests/simulation/test_mistakes.py" in str(worlds[0].violation)
