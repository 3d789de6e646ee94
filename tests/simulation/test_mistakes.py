"""Naive consumers that keep rows or state facts: each classical mistake is caught."""

from collections.abc import Callable
from copy import replace
from typing import Any, ClassVar
from uuid import uuid4

import pytest

from events import codec
from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.envelope import Event, Fact
from events.history import History
from functions.framework.ports import Row
from functions.framework.reaction import Keep, On
from functions.framework.service import Consumer, Projection
from functions.framework.table import Table
from tests.simulation.mistakes import NAME, assert_caught

ROWS = Table(name="rows", key="order", sort="event", access=frozenset({"put"}))
EVENTS = (OrderPlaced, OrderConfirmed, OrderCancelled)
handled = 0


class ExampleNumbered(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = (NAME,)
    slots: ClassVar[tuple[str, ...]] = ("examplenaive/number",)

    number: int


@pytest.fixture(autouse=True)
def _contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(codec.CONTRACTS, ExampleNumbered.__name__, ExampleNumbered)


def keeping(react: Any, *events: type[Fact], **more: Any) -> Consumer:
    fold = more.pop("fold", None)
    on = tuple(On(event=event, react=react, history=True, **more) for event in events)
    projection = Projection(table=ROWS.name, fold=fold) if fold else None
    return Consumer(name=NAME, on=on, tables=(ROWS,), replayable=True, projection=projection)


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


MISTAKES: dict[str, tuple[Callable[[], Consumer], str]] = {
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
}
"""A consumer with each mistake, and the invariant that it breaks."""

FIRST = {"writes without a version": 32}
"""The first seed of a mistake that shows in one world of twenty-five."""

ORDERS = {"decides by a global": 2}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_caught_with_a_short_story(name: str) -> None:
    make, invariant = MISTAKES[name]

    story = assert_caught(make(), invariant, first=FIRST.get(name, 0), orders=ORDERS.get(name, 1))

    assert f"What {NAME} did:" in story


def test_a_call_that_the_row_does_not_grant_is_caught_with_what_to_change() -> None:
    consumer = keeping(writes_the_fold_without_a_version, *EVENTS)
    less = replace(consumer, tables=(replace(ROWS, access=frozenset({"page"})),))

    story = assert_caught(less, "functions_fail_only_with_their_calls")
    assert "grants page. Add 'put' to the table's access, or do without the call." in story
