"""Budget of write units for the happy path, counted from all calls of all functions."""

from collections.abc import Iterator

import pytest

from functions import names
from functions.map import SERVICES
from functions.runtime.memory.observer import MemoryObserver
from tests.functions.runtime.aws.test_items import CATALOGUE
from tests.support.client_hooks import hooked
from tests.system.shop import Shop
from tests.system.units import STAGE, UNIT, Meter
from tests.system.world import World

BUDGET = 18

SHARES = {
    "checkout": 1,
    "payment": 2,
    "inventory": 4,
    "ordering": 1,
    "shipping": 1,
    "orders": 5,
    "email": 2,
    "analytics": 2,
}
"""Write units of the happy order with one line, by the service that writes."""


@pytest.fixture
def meter() -> Iterator[Meter]:
    made = Meter()
    with hooked(
        ("provide-client-params.dynamodb", made.note), ("after-call.dynamodb", made.charge)
    ):
        yield made


def test_a_whole_order_of_one_line_costs_at_most_eighteen_write_units(
    meter: Meter, world: World, shop: Shop
) -> None:
    meter.spent.clear()

    order = shop.order()
    world.settle()

    assert shop.show(*order).body["status"] == "dispatched"
    built = {service.name for service in SERVICES}
    assert dict(meter.spent) == {name: n for name, n in SHARES.items() if name in built}
    assert meter.spent.total() <= sum(SHARES.values()) <= BUDGET


def test_a_refused_write_is_charged_too(
    meter: Meter, world: World, shop: Shop, lines: MemoryObserver
) -> None:
    shop.order()
    world.settle()
    before = dict(meter.spent)

    world.redeliver()

    assert "duplicate" in lines.of("orders")
    duplicates = lines.of("orders").count("duplicate")
    assert meter.spent["orders"] - before["orders"] == duplicates
    assert meter.spent["ordering"] == before["ordering"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_item_of_an_order_of_up_to_three_lines_is_one_write_unit(
    meter: Meter, world: World, shop: Shop, count: int
) -> None:
    for sku, name in CATALOGUE:
        shop.add_product(sku, name)
    first, *others = [sku for sku, _ in CATALOGUE[:count]]
    meter.items.clear()

    order = shop.order(first, quantity=12, others=others)
    world.settle()

    assert shop.show(*order).body["status"] == "dispatched"
    written = {table for table, _ in meter.items}
    assert {names.log_table(STAGE), names.own_table(STAGE, "orders", "list")} <= written
    assert max(size for _, size in meter.items) <= UNIT
