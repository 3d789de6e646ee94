"""Inventory's reactions: reserve all pieces or none, once, and release them once."""

from copy import replace
from typing import Any

import pytest

from events.contracts.checkout import MAX_LINES
from events.contracts.inventory import (
    RELEASE,
    RESERVE,
    Reserved,
    StockRejected,
    StockReleased,
    StockReserved,
    StockVoided,
)
from events.contracts.ordering import OrderCancelled
from events.envelope import Event
from events.history import History
from functions.framework.ports import Change, ChangeRefused
from functions.framework.reaction import Fill
from functions.inventory.reactions import AVAILABLE, STOCK, release, reserve
from functions.inventory.service import SERVICE
from functions.runtime.handlers.reactor import Handled, Reactor
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.tables import MemoryTables
from testkit.builders import MUTE, ORDER, TRUMPET, Clock, order_placed, placed, then
from testkit.run_reaction import Result, run_reaction

PLACED = placed()
PIECES = (Reserved(sku=TRUMPET.sku, quantity=1), Reserved(sku=MUTE.sku, quantity=2))
RESERVED = then(PLACED, StockReserved(lines=PIECES))
REJECTED = then(PLACED, StockRejected(skus=(MUTE.sku,)))
VOIDED = then(PLACED, StockVoided())
CANCELLED = then(PLACED, OrderCancelled(reason="customer"))

ALONE = History([PLACED])


def moves(sign: int) -> tuple[Change, ...]:
    return tuple(
        Change(table=STOCK, key=sku, attribute=AVAILABLE, by=sign * pieces)
        for sku, pieces in ((TRUMPET.sku, 1), (MUTE.sku, 2))
    )


RESERVATION = Fill(fact=StockReserved(lines=PIECES), slot=RESERVE, changes=moves(-1))
RELEASED = Fill(fact=StockReleased(lines=PIECES), slot=RELEASE, changes=moves(+1))


def test_all_pieces_are_reserved_with_the_fact() -> None:
    result = run_reaction(reserve(PLACED, ALONE), RESERVED)

    assert (result.yielded, result.decided) == ([RESERVATION], None)


@pytest.mark.parametrize("lines", [1, 24, 25, MAX_LINES])
def test_every_line_is_reserved_and_released(lines: int) -> None:
    skus = [f"PART-{number}" for number in range(lines)]
    order = placed(order_placed(*(replace(TRUMPET, sku=sku) for sku in skus)))
    held = then(order, StockReserved(lines=tuple(Reserved(sku=sku, quantity=1) for sku in skus)))
    cancelled = then(order, OrderCancelled(reason="customer"))

    (reservation,) = run_reaction(reserve(order, History([order])), held).yielded
    returned = run_reaction(release(cancelled, History([order, held, cancelled]))).decided

    assert reservation.fact == held.data
    assert [(each.key, each.by) for each in reservation.changes] == [(sku, -1) for sku in skus]
    assert isinstance(returned, Fill)
    assert returned.fact == StockReleased(lines=held.data.lines)
    assert [(each.key, each.by) for each in returned.changes] == [(sku, 1) for sku in skus]


def test_a_shortage_is_rejected_by_sku_and_reserves_nothing() -> None:
    result = run_reaction(reserve(PLACED, ALONE), ChangeRefused([MUTE.sku]))

    assert result.decided == Fill(fact=StockRejected(skus=(MUTE.sku,)), slot=RESERVE)


@pytest.mark.parametrize("held", [RESERVED, REJECTED, VOIDED], ids=lambda event: event.type)
def test_a_filled_slot_is_final(held: Event[Any]) -> None:
    assert run_reaction(reserve(PLACED, ALONE), held).decided is None
    assert run_reaction(reserve(PLACED, History([PLACED, held]))) == Result([], None)


def test_a_cancelled_order_without_a_reservation_is_voided() -> None:
    result = run_reaction(release(CANCELLED, History([PLACED, CANCELLED])), VOIDED)

    assert result.yielded == [Fill(fact=StockVoided(), slot=RESERVE)]
    assert result.decided is None


def test_reserved_pieces_are_released_with_the_fact() -> None:
    result = run_reaction(release(CANCELLED, History([PLACED, RESERVED, CANCELLED])))

    assert (result.yielded, result.decided) == ([], RELEASED)


def test_a_concurrent_reservation_is_released_too() -> None:
    result = run_reaction(release(CANCELLED, History([PLACED, CANCELLED])), RESERVED)

    assert result.decided == RELEASED


@pytest.mark.parametrize("held", [REJECTED, VOIDED], ids=lambda event: event.type)
def test_without_a_reservation_nothing_is_released(held: Event[Any]) -> None:
    concurrent = run_reaction(release(CANCELLED, History([PLACED, CANCELLED])), held)
    before = run_reaction(release(CANCELLED, History([PLACED, held, CANCELLED])))

    assert concurrent.decided is None
    assert (before.yielded, before.decided) == ([], None)


def test_released_pieces_are_not_released_again() -> None:
    released = then(CANCELLED, StockReleased(lines=PIECES))
    result = run_reaction(release(CANCELLED, History([PLACED, RESERVED, CANCELLED, released])))

    assert (result.yielded, result.decided) == ([], None)


class World:
    """Inventory on a log and stock in memory; any event can be delivered at any time."""

    def __init__(self, trumpets: int, mutes: int) -> None:
        self.tables = MemoryTables()
        self.log = MemoryLog(self.tables)
        self.clock = Clock()
        self.reactor = Reactor(consumer=SERVICE, log=self.log, clock=self.clock)
        for sku, pieces in ((TRUMPET.sku, trumpets), (MUTE.sku, mutes)):
            self.tables(STOCK).add(sku, AVAILABLE, pieces)

    def deliver(self, event: Event[Any]) -> Handled:
        self.clock.advance(milliseconds=50)
        self.log.append(event)
        return self.reactor.handle(event)

    @property
    def stock(self) -> tuple[int, int]:
        stock = self.tables(STOCK)
        return stock.number(TRUMPET.sku, AVAILABLE), stock.number(MUTE.sku, AVAILABLE)

    @property
    def filled(self) -> list[str]:
        inventory = [e for e in self.log.read(ORDER) if e.source == "inventory"]
        return [event.type for event in inventory]


@pytest.mark.parametrize(
    ("deliveries", "stock", "filled"),
    [
        ([PLACED], (4, 3), ["StockReserved"]),
        ([PLACED, PLACED], (4, 3), ["StockReserved"]),
        ([PLACED, CANCELLED], (5, 5), ["StockReserved", "StockReleased"]),
        ([CANCELLED, PLACED], (5, 5), ["StockVoided"]),
        ([PLACED, CANCELLED, PLACED, CANCELLED], (5, 5), ["StockReserved", "StockReleased"]),
        ([CANCELLED, CANCELLED, PLACED, PLACED], (5, 5), ["StockVoided"]),
    ],
)
def test_in_any_number_and_order_of_deliveries_the_stock_is_right(
    deliveries: list[Event[Any]], stock: tuple[int, int], filled: list[str]
) -> None:
    world = World(5, 5)
    for event in deliveries:
        world.deliver(event)

    assert (world.stock, world.filled) == (stock, filled)


def test_a_sold_out_order_reserves_and_releases_nothing() -> None:
    world = World(5, 1)
    for event in (PLACED, CANCELLED, PLACED, CANCELLED):
        world.deliver(event)

    assert (world.stock, world.filled) == ((5, 1), ["StockRejected"])


def test_each_delivery_has_its_outcome() -> None:
    world = World(5, 5)
    outcomes = [world.deliver(event).outcome for event in (PLACED, PLACED, CANCELLED, CANCELLED)]

    assert outcomes == ["done", "duplicate", "done", "duplicate"]


def test_the_last_pieces_go_to_one_of_two_orders() -> None:
    world = World(1, 2)
    outcomes = {
        order: world.deliver(placed(order=order)).stated[0].type for order in ("FIRST", "SECOND")
    }

    assert outcomes == {"FIRST": "StockReserved", "SECOND": "StockRejected"}
    assert world.stock == (0, 0)
