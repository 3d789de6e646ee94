"""Rows that differ from the log are found, and none that are only on their way."""

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
from ops.projections.compare import FRESH, LOOKS, PAUSE, Comparison, compare
from tests.support.builders import EMAIL, NOW, Clock, order_placed, placed, story, then
from tests.support.read_model import LISTING, row

assert LISTING.projection
PROJECTION = LISTING.projection
CAPTURED = PaymentCaptured(reference="r", amount=order_placed().total)
ORDERS = [f"ORDER{number}" for number in range(5)]


class World:
    """A log whose orders are long at rest, and rows that are as they should be."""

    def __init__(self) -> None:
        self.log, self.rows = MemoryLog(), MemoryRows()
        self.clock = Clock(NOW + timedelta(days=1))
        self.slept: list[float] = []
        self.meanwhile: list[Callable[[], object]] = []
        for order in ORDERS:
            self.tell(story(CAPTURED, OrderConfirmed(), order=order))

    def tell(self, history: Any) -> None:
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


def of(world: World, order: str) -> Row:
    return made(world.log.read(order))


def test_equal_rows_are_counted(world: World) -> None:
    assert world.compare() == Comparison(equal=5, differences=(), units=0)


def test_a_row_that_is_missing_is_found(world: World) -> None:
    gone = of(world, "ORDER2")
    world.rows.remove(gone.partition, gone.sort)

    result = world.compare()

    (found,) = result.differences
    assert (found.kind, found.order, result.equal) == ("missing", "ORDER2", 4)
    assert world.slept == []


def test_a_row_that_says_something_else_is_found_with_what(world: World) -> None:
    right = of(world, "ORDER2")
    wrong = {**right.values, "status": "paid", "more": 1}
    del wrong["to"]
    world.rows.overwrite(replace(right, values=wrong))

    (found,) = world.compare().differences

    assert (found.kind, found.order) == ("different", "ORDER2")
    assert found.what == (
        "more is 1, the log makes it None",
        "status is 'paid', the log makes it 'confirmed'",
        "to is None, the log makes it 'Robin Example'",
    )


def test_a_row_that_is_behind_is_found_although_it_says_the_same(world: World) -> None:
    right = of(world, "ORDER2")
    world.rows.remove(right.partition, right.sort)
    world.rows.put(replace(right, version=1))

    (found,) = world.compare().differences

    assert found.what == ("version is 1, the log makes it 3",)


def test_a_row_of_which_the_log_knows_nothing_is_found(world: World) -> None:
    world.rows.put(Row(partition=EMAIL, sort="x#GHOST", values={"status": "paid"}, version=1))

    result = world.compare()

    (found,) = result.differences
    assert (found.kind, found.order, found.sort, result.equal) == ("surplus", None, "x#GHOST", 5)


def test_an_empty_table_lacks_every_row_and_an_empty_log_makes_every_row_too_many(
    world: World,
) -> None:
    empty = MemoryRows()
    lacking = compare(PROJECTION, world.log, world.log, empty, world.clock, world.sleep)
    nothing = MemoryLog()
    too_many = compare(PROJECTION, nothing, nothing, world.rows, world.clock, world.sleep)

    assert [found.kind for found in lacking.differences] == ["missing"] * 5
    assert [found.kind for found in too_many.differences] == ["surplus"] * 5


# -- while orders move -----------------------------------------------------------------------------


def just_placed(world: World) -> Event[Any]:
    event = placed(order="NEW", now=world.clock.now - timedelta(seconds=1))
    world.log.append(event)
    return event


def test_a_row_that_is_on_its_way_is_waited_for(world: World) -> None:
    just_placed(world)
    world.meanwhile = [lambda: None, lambda: world.rows.put(of(world, "NEW"))]

    assert world.compare() == Comparison(equal=6, differences=(), units=0)
    assert world.slept == [PAUSE, PAUSE]


def test_a_row_that_does_not_come_is_missing_in_the_end(world: World) -> None:
    just_placed(world)

    (found,) = world.compare().differences

    assert (found.kind, found.order) == ("missing", "NEW")
    assert world.slept == [PAUSE] * (LOOKS - 1)
    assert FRESH.total_seconds() > (LOOKS - 1) * PAUSE


def test_an_order_that_goes_on_while_it_is_looked_at_is_compared_as_it_is_then(
    world: World,
) -> None:
    first = just_placed(world)

    def both() -> None:
        world.log.append(then(first, CAPTURED))
        world.rows.put(of(world, "NEW"))

    world.meanwhile = [both]

    assert world.compare().differences == ()


def test_what_is_written_between_the_table_and_the_log_is_no_difference(world: World) -> None:
    class Moving(MemoryLog):
        def page(self, selection: Selection, cursor: str | None = None) -> LogPage:
            assert selection.settled
            if cursor is None:
                world.tell(story(order="NEW"))
                for event in story(CAPTURED, order="ORDER9"):
                    world.log.append(event)
                world.rows.put(made(world.log.read("ORDER9")))
            return world.log.page(selection, cursor)

    result = compare(PROJECTION, Moving(), world.log, world.rows, world.clock, world.sleep)

    assert (result.equal, result.differences, world.slept) == (7, (), [])


def test_a_row_that_went_meanwhile_is_not_too_many(world: World) -> None:
    ghost = Row(partition=EMAIL, sort="x#GHOST", values={}, version=1)
    world.rows.put(ghost)

    class Removing(MemoryLog):
        def page(self, selection: Selection, cursor: str | None = None) -> LogPage:
            world.rows.remove(ghost.partition, ghost.sort)
            return world.log.page(selection, cursor)

    result = compare(PROJECTION, Removing(), world.log, world.rows, world.clock, world.sleep)

    assert result.differences == ()
