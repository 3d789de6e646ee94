"""The figures of a whole stage: after orders, after everything came again, after days went by."""

from datetime import timedelta

import pytest
from time_machine import Traveller

from functions.analytics import closing
from functions.analytics.figures import Figures, figures
from functions.analytics.service import SERVICE
from functions.analytics.table import FIGURES
from functions.framework.service import TICK
from functions.payment.sandbox import DECLINED
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.tables import DynamoRows, TableName
from tests.support.builders import NOW, Lines
from tests.system.shop import PRICE, SOLD_OUT, Shop
from tests.system.world import World

TODAY = NOW.date()
TOLD = Figures(
    day=TODAY,
    orders=3,
    confirmed=1,
    cancelled={"out-of-stock": 1, "payment-declined": 1},
    ordered={"EUR": 4 * PRICE},
    revenue={"EUR": 2 * PRICE},
)


@pytest.fixture(autouse=True)
def fortnight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sum up no more days than matter: each of a quarter would cost some queries."""
    monkeypatch.setattr(closing, "LONGEST", 14)


def told(world: World, days: int = 1) -> Figures:
    """Return the figures of the day of the orders, so many days later."""
    (own,) = SERVICE.tables
    table = TableName(name=world.own_table("analytics", FIGURES), key=own.key, sort=own.sort or "")
    rows = DynamoRows(client_factory()("dynamodb"), table)
    return figures(rows, days, TODAY + timedelta(days=days - 1))[0]


def three_orders(shop: Shop) -> None:
    shop.order(quantity=2)
    shop.order(token=DECLINED)
    shop.order(sku=SOLD_OUT)


def test_three_orders_are_counted_once_whatever_comes_again(
    world: World, shop: Shop, clock: Traveller, lines: Lines
) -> None:
    three_orders(shop)
    world.settle(times=2, reverse=True)
    assert told(world) == TOLD

    world.redeliver()
    assert told(world) == TOLD

    clock.shift(timedelta(days=4))
    world.invoke("analytics", TICK)
    assert told(world, days=5) == TOLD

    world.redeliver()
    assert told(world, days=5) == TOLD

    world.invoke("analytics", TICK)
    assert told(world, days=5) == TOLD
    summed = [line["detail"] for line in lines.lines if line["outcome"] == "summed"]
    assert summed == [f"{TODAY}, 0 late", f"{TODAY}, 6 late"]


def test_orders_are_counted_once_analytics_is_back(world: World, shop: Shop) -> None:
    world.paused = {"analytics"}
    three_orders(shop)
    world.settle()
    assert told(world).orders == 0

    world.paused = set()
    world.settle()

    assert told(world) == TOLD
