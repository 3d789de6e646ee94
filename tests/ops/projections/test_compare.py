"""Differing rows are found; rows that are about to be updated are not reported."""

from collections.abc import Callable
from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from events.contracts.ordering import OrderConfirmed
from events.contracts.payment import PaymentCaptured
from events.envelope import Event
from functions.framework.ports import Row
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.operating.ports import LogPage, Selection
from ops.projections.compare import ATTEMPTS, FRESH, PAUSE, Comparison, compare
from testkit.builders import EMAIL, NOW, Clock, history_of, order_placed, placed, then
from tests.support.read_model import LISTING, row

assert LISTING.projection
PROJECTION = LISTING.projection
CAPTURED = PaymentCaptured(reference="r", amount=order_placed().total)
ORDERS = [f"ORDER{number}" for number in range(5)]


class World:
    """A log whose orders are at rest, and equal rows."""

    def __init__(self) -> None:
        self.log, self.rows = MemoryLog(), MemoryRows()
        self.clock = Clock(NOW + timedelta(days=1))
        self.slept: list[float] = []
        self.meanwhile: list[Callable[[], object]] = []
        for order in ORDERS:
            self.write(history_of(CAPTURED, OrderConfirmed(), order=order))

    def write(self, history: Any) -> None:
        for event in history:
            self.log.append(event)
        self.rows.put(made(history))

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(seconds=seconds)
        if self.meanwhile:
            self.meanwhile.pop(0)()

    def compare(self) -> Comparison:
        return compare(PROJECTION, self.log, self.log, self.rows, self.clock, self.sleep)


@pytest.fixture
def world() -> World:
    return World()


def made(history: Any) -> Row:
    found = row(history)
    assert found is not None
    return found


def expected_row(world: World, order: str) -> Row:
    return made(world.log.read(order))


def test_equal_rows_are_counted(world: World) -> None:
    assert world.compare() == Comparison(equal=5, differences=(), units=0)


def test_a_missing_row_is_found(world: World) -> None:
    gone = expected_row(world, "ORDER2")
    world.rows.remove(gone.partition, gone.sort)

    result = world.compare()

    (found,) = result.differences
    assert (found.kind, found.order, result.equal) == ("missing", "ORDER2", 4)
    assert world.slept == []


def test_a_row_with_other_values_is_found_with_its_differences(world: World) -> None:
    right = expected_row(world, "ORDER2")
    wrong = {**right.values, "status": "paid", "more": 1}
    del wrong["to"]
    world.rows.overwrite(replace(right, values=wrong))

    (found,) = world.compare().differences

    assert (found.kind, found.order) == ("different", "ORDER2")
    assert found.what == (
        "more is 1, but None in the log's fold",
        "status is 'paid', but 'confirmed' in the log's fold",
        "to is None, but 'Robin Example' in the log's fold",
    )


def test_a_row_with_an_older_version_is_found_although_its_values_are_equal(world: World) -> None:
    right = expected_row(world, "ORDER2")
    world.rows.remove(right.partition, right.sort)
    world.rows.put(replace(right, version=1))

    (found,) = world.compare().differences

    assert found.what == ("version is 1, but 3 in the log's fold",)


def test_a_row_of_no_order_is_surplus(world: World) -> None:
    world.rows.put(Row(partition=EMAIL, sort="x#GHOST", values={"status": "paid"}, version=1))

    result = world.compare()

    (found,) = result.differences
    assert (found.kind, found.order, found.sort, result.equal) == ("surplus", None, "x#GHOST", 5)


def test_in_an_empty_table_all_rows_are_missing_and_with_an_empty_log_all_are_surplus(
    world: World,
) -> None:
    empty = MemoryRows()
    missing = compare(PROJECTION, world.log, world.log, empty, world.clock, world.sleep)
    no_events = MemoryLog()
    surplus = compare(PROJECTION, no_events, no_events, world.rows, world.clock, world.sleep)

    assert [found.kind for found in missing.differences] == ["missing"] * 5
    assert [found.kind for found in surplus.differences] == ["surplus"] * 5


# -- while orders move -----------------------------------------------------------------------------


def just_placed(world: World) -> Event[Any]:
    event = placed(order="NEW", now=world.clock.now - timedelta(seconds=1))
    world.log.append(event)
    return event


def test_a_row_that_is_updated_shortly_is_waited_for(world: World) -> None:
    just_placed(world)
    world.meanwhile = [lambda: None, lambda: world.rows.put(expected_row(world, "NEW"))]

    assert world.compare() == Comparison(equal=6, differences=(), units=0)
    assert world.slept == [PAUSE, PAUSE]


def test_a_row_that_is_not_updated_is_missing_in_the_end(world: World) -> None:
    just_placed(world)

    (found,) = world.compare().differences

    assert (found.kind, found.order) == ("missing", "NEW")
    assert world.slept == [PAUSE] * (ATTEMPTS - 1)
    assert FRESH.total_seconds() > (ATTEMPTS - 1) * PAUSE


def test_an_order_that_changes_during_the_comparison_is_compared_in_its_new_state(
    world: World,
) -> None:
    first = just_placed(world)

    def both() -> None:
        world.log.append(then(first, CAPTURED))
        world.rows.put(expected_row(world, "NEW"))

    world.meanwhile = [both]

    assert world.compare().differences == ()


def test_an_event_between_the_reads_of_table_and_log_is_no_difference(world: World) -> None:
    class Moving(MemoryLog):
        def page(self, selection: Selection, cursor: str | None = None) -> LogPage:
            assert selection.settled
            if cursor is None:
                world.write(history_of(order="NEW"))
                for event in history_of(CAPTURED, order="ORDER9"):
                    world.log.append(event)
                world.rows.put(made(world.log.read("ORDER9")))
            return world.log.page(selection, cursor)

    result = compare(PROJECTION, Moving(), world.log, world.rows, world.clock, world.sleep)

    assert (result.equal, result.differences, world.slept) == (7, (), [])


def test_a_row_that_was_removed_meanwhile_is_not_surplus(world: World) -> None:
    ghost = Row(partition=EMAIL, sort="x#GHOST", values={}, version=1)
    world.rows.put(ghost)

    class Removing(MemoryLog):
        def page(self, selection: Selection, cursor: str | None = None) -> LogPage:
            world.rows.remove(ghost.partition, ghost.sort)
            return world.log.page(selection, cursor)

    result = compare(PROJECTION, Removing(), world.log, world.rows, world.clock, world.sleep)

    assert result.differences == ()
