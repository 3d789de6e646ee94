"""Figures of a whole stage: after orders, after redelivery, and days later."""

from datetime import timedelta

import pytest
from time_machine import Traveller

from functions.analytics import daily_sums
from functions.analytics.figures import Figures, figures
from functions.analytics.service import SERVICE
from functions.analytics.table import FIGURES
from functions.framework.chore import TICK
from functions.payment.sandbox import DECLINED
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.tables import DynamoRows, TableName
from functions.runtime.memory.observer import MemoryObserver
from testkit.builders import NOW
from tests.system.shop import PRICE, SOLD_OUT, Shop
from tests.system.world import World

TODAY = NOW.date()
EXPECTED = Figures(
    day=TODAY,
    orders=3,
    confirmed=1,
    cancelled={"out-of-stock": 1, "payment-declined": 1},
    ordered={"EUR": 4 * PRICE},
    revenue={"EUR": 2 * PRICE},
)


@pytest.fixture(autouse=True)
def fortnight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sum up 14 days only: each day of a quarter would cost some queries."""
    monkeypatch.setattr(daily_sums, "LONGEST", 14)


def found(world: World, days: int = 1) -> Figures:
    """Return the figures of the orders' day, read `days - 1` days later."""
    (own,) = SERVICE.tables
    table = TableName(name=world.own_table("analytics", FIGURES), key=own.key, sort=own.sort or "")
    rows = DynamoRows(client_factory()("dynamodb"), table)
    return figures(rows, days, TODAY + timedelta(days=days - 1))[0]


def three_orders(shop: Shop) -> None:
    shop.order(quantity=2)
    shop.order(token=DECLINED)
    shop.order(sku=SOLD_OUT)


def test_three_orders_are_counted_once_under_redelivery(
    world: World, shop: Shop, clock: Traveller, lines: MemoryObserver
) -> None:
    three_orders(shop)
    world.settle(times=2, reverse=True)
    assert found(world) == EXPECTED

    world.redeliver()
    assert found(world) == EXPECTED

    clock.shift(timedelta(days=4))
    world.invoke("analytics", TICK)
    assert found(world, days=5) == EXPECTED

    world.redeliver()
    assert found(world, days=5) == EXPECTED

    world.invoke("analytics", TICK)
    assert found(world, days=5) == EXPECTED
    summed = [line["detail"] for line in lines.lines if line["outcome"] == "summed"]
    assert summed == [f"{TODAY}, 0 late", f"{TODAY}, 6 late"]


def test_orders_are_counted_after_analytics_is_resumed(world: World, shop: Shop) -> None:
    world.paused = {"analytics"}
    three_orders(shop)
    world.settle()
    assert found(world).orders == 0

    world.paused = set()
    world.settle()

    assert found(world) == EXPECTED
