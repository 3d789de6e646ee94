"""Budget of write units for the happy path, counted from all calls of all functions."""

from collections.abc import Iterable, Iterator
from importlib import import_module

import pytest

from functions import names
from functions.framework.service import Service
from functions.map import SERVICES
from functions.runtime.memory.observer import MemoryObserver
from ops.costs.counted_run import CountedRun
from ops.paths import ROOT
from tests.functions.runtime.aws.test_items import CATALOGUE
from tests.support.client_hooks import hooked
from tests.support.summary import Figure
from tests.system.shop import Shop
from tests.system.units import STAGE, UNIT, Meter
from tests.system.world import World

BUDGET = 18


def declared_units(services: Iterable[Service] = SERVICES) -> dict[str, int]:
    """Return the write units that services declare in their own test folders.

    A service need not: what it writes is then counted and printed.
    """
    modules = {service.name: f"tests.functions.{service.name}.test_budget" for service in services}
    files = {name: ROOT / f"{module.replace('.', '/')}.py" for name, module in modules.items()}
    found = {name: import_module(modules[name]) for name, file in files.items() if file.exists()}
    return {
        name: module.WRITE_UNITS for name, module in found.items() if hasattr(module, "WRITE_UNITS")
    }


@pytest.fixture
def meter() -> Iterator[Meter]:
    made = Meter()
    with hooked(
        ("provide-client-params.dynamodb", made.note), ("after-call.dynamodb", made.charge)
    ):
        yield made


def test_a_whole_order_of_one_line_costs_what_its_services_declare(
    meter: Meter, world: World, shop: Shop, figure: Figure
) -> None:
    meter.spent.clear()

    order = shop.order()
    world.settle()

    assert shop.show(*order).body["status"] == "dispatched"
    declared = declared_units()
    for name in meter.spent.keys() - declared.keys():
        figure(f"write units of an order: {name}, which declares none", meter.spent[name])
    for name, units in declared.items():
        assert meter.spent[name] == units, (
            f"{name} writes {meter.spent[name]} units an order, and tests/functions/{name}/"
            f"test_budget.py declares WRITE_UNITS = {units}: write less, or correct it"
        )
    assert sum(declared.values()) <= BUDGET


def test_the_model_of_costs_counts_the_same_units(meter: Meter, world: World, shop: Shop) -> None:
    meter.spent.clear()
    shop.order()
    world.settle()
    run = CountedRun()
    run.order()

    assert dict(run.usage.writes) == dict(meter.spent)


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
