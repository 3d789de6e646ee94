"""The order list, and the chore for stalled orders, on a whole stage."""

from collections.abc import Callable
from typing import Any

import pytest
from time_machine import Traveller

from events.order_list import CUSTOMER, LIST, PLACE
from functions.orders.check import STALLED_AFTER
from functions.orders.projection import row
from functions.payment.sandbox import DECLINED
from functions.runtime.memory.observer import MemoryObserver
from tests.system.shop import SOLD_OUT, STOCK, Placed, Shop
from tests.system.world import World


def listed(world: World) -> list[dict[str, Any]]:
    """Return the rows of the list, sorted by order id."""
    rows = world.table(world.own_table("orders", LIST))
    return sorted(rows, key=lambda kept: str(kept[PLACE]).rpartition("#")[2])


def folded(world: World, *orders: Placed) -> list[dict[str, Any]]:
    """Return the rows that these orders' events fold to."""
    made = [row(world.history(order.id)) for order in sorted(orders, key=lambda each: each.id)]
    return [
        {CUSTOMER: each.partition, PLACE: each.sort, "version": each.version, **each.values}
        for each in made
        if each
    ]


def dispatched(_: World, shop: Shop) -> Placed:
    return shop.order(quantity=2)


def declined(_: World, shop: Shop) -> Placed:
    return shop.order(token=DECLINED)


def refunded(world: World, shop: Shop) -> Placed:
    world.paused = {"inventory"}
    order = shop.order(sku=SOLD_OUT)
    world.settle()
    world.paused = set()
    return order


def cancelled(_: World, shop: Shop) -> Placed:
    order = shop.order()
    assert shop.cancel(*order).status == 200
    return order


ENDINGS: list[tuple[Callable[[World, Shop], Placed], str, str | None, str]] = [
    (dispatched, "dispatched", None, "none"),
    (declined, "cancelled", "payment-declined", "none"),
    (refunded, "cancelled", "out-of-stock", "done"),
    (cancelled, "cancelled", "customer", "none"),
]


@pytest.mark.parametrize(
    ("begin", "status", "reason", "refund"), ENDINGS, ids=[row[0].__name__ for row in ENDINGS]
)
def test_after_every_ending_the_list_is_the_fold_of_the_log_under_redelivery(
    world: World,
    shop: Shop,
    begin: Callable[[World, Shop], Placed],
    status: str,
    reason: str | None,
    refund: str,
) -> None:
    order = begin(world, shop)
    world.settle(times=2, reverse=True)
    after = listed(world)

    world.redeliver()
    world.settle()

    (kept,) = listed(world)
    assert [kept] == after == folded(world, order)
    assert (kept["status"], kept.get("reason"), kept["refund"]) == (status, reason, refund)
    assert kept["pieces"] == shop.show(*order).body["lines"][0]["quantity"]
    assert "open" not in kept


def test_the_list_has_one_row_for_each_order(world: World, shop: Shop) -> None:
    orders = [shop.order(), shop.order(token=DECLINED), shop.order(sku=SOLD_OUT)]
    world.settle()

    assert listed(world) == folded(world, *orders)
    assert len(listed(world)) == 3


@pytest.mark.parametrize("down", ["payment", "inventory"])
def test_a_stalled_order_is_cancelled_and_costs_nothing(
    world: World, shop: Shop, lines: MemoryObserver, clock: Traveller, down: str
) -> None:
    world.paused = {down}
    order = shop.order()
    world.settle()
    clock.shift(STALLED_AFTER.total_seconds() - 1)
    world.tick("orders")
    assert "stalled" not in lines.outcomes

    clock.shift(1)
    world.tick("orders")
    world.tick("orders")
    assert lines.of("orders").count("stalled") == 1
    world.settle()
    shown = shop.show(*order).body
    assert (shown["status"], shown["reason"]) == ("cancelled", "stalled")

    world.paused = set()
    world.settle()

    assert world.data(order.id, "stalled/1") == {"waited_seconds": STALLED_AFTER.total_seconds()}
    assert not shop.show(*order).body["moving"]
    assert shop.ledger(order) == ([] if down == "payment" else ["refunded"])
    assert shop.available() == STOCK
    assert shop.parcels(order) == 0
    assert listed(world) == folded(world, order)
    world.tick("orders")
    assert lines.of("orders").count("stalled") == 1


def test_a_stalled_order_is_reported_again_and_can_still_be_confirmed(
    world: World, shop: Shop, lines: MemoryObserver, clock: Traveller
) -> None:
    world.paused = {"ordering"}
    order = shop.order()
    world.settle()
    for _ in range(2):
        clock.shift(STALLED_AFTER.total_seconds())
        world.tick("orders")
        world.settle()
    assert {"stalled/1", "stalled/2"} <= set(world.slots(order.id))
    assert lines.of("orders").count("stalled") == 2

    world.paused = set()
    world.settle()

    assert shop.show(*order).body["status"] == "dispatched"
    assert listed(world) == folded(world, order)


def test_a_missed_outcome_is_written_to_the_list_by_the_chore(
    world: World, shop: Shop, lines: MemoryObserver, clock: Traveller
) -> None:
    order = shop.order()
    world.relay()
    world.consume("orders")
    world.paused = {"orders"}
    world.settle()
    (kept,) = listed(world)
    assert kept["status"] == "placed"

    clock.shift(STALLED_AFTER.total_seconds())
    world.tick("orders")

    assert lines.outcomes[-1] == "caught-up"
    assert listed(world) == folded(world, order)
    world.paused = set()
    world.settle()
    assert listed(world) == folded(world, order)
