"""Events of earlier contract versions, handled by today's consumers."""

import json
from pathlib import Path
from typing import Any

import pytest

from events import codec
from events.contracts.checkout import OrderPlaced
from events.contracts.upcasters import UPCASTERS
from functions import map as the_map
from functions.runtime.memory.observer import MemoryObserver
from tests.system.shop import Shop
from tests.system.world import World

SAMPLES = Path(codec.__file__).with_name("samples")
CURRENT = OrderPlaced.version
OLD = [(kind, step.contract.version) for kind, steps in UPCASTERS.items() for step in steps]


def sample(kind: str, version: int) -> dict[str, Any]:
    """Return the sample of a version."""
    return dict(json.loads((SAMPLES / f"{kind}.{version}.json").read_bytes()))


def of(order: str, event: dict[str, Any]) -> dict[str, Any]:
    """Return an event as if it were of another order."""
    slot = event["id"].removeprefix(f"{event['subject']}/")
    return event | {"id": f"{order}/{slot}", "subject": order}


def item_of(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event's log item, built without the code under test."""
    other = ("id", "data", "dataversion", "specversion", "datacontenttype")
    texts = {name: {"S": value} for name, value in event.items() if value and name not in other}
    return texts | {
        "slot": {"S": event["id"].removeprefix(f"{event['subject']}/")},
        "dataversion": {"N": str(event["dataversion"])},
        "data": {"S": json.dumps(event["data"], separators=(",", ":"))},
    }


@pytest.mark.parametrize(("kind", "version"), OLD)
def test_todays_consumers_complete_an_order_with_an_earlier_version(
    world: World, shop: Shop, lines: MemoryObserver, kind: str, version: int
) -> None:
    event = sample(kind, version)
    order = event["subject"]
    placed = event if kind == "OrderPlaced" else of(order, sample("OrderPlaced", CURRENT))
    for line in placed["data"]["lines"]:
        shop.add_stock(line["sku"], 5)
    world.put(world.log, item_of(placed))
    world.put(world.log, item_of(event))
    for consumer in the_map.CONSUMERS:
        if kind in consumer.subscribed_types:
            world.send(consumer.name, json.dumps(event), group=order)

    world.settle()

    slots = world.slots(order)
    assert slots.get("shipping/dispatch") or slots["outcome"] == "OrderCancelled"
    assert world.data(order, event["id"].removeprefix(f"{order}/")) == event["data"]
    assert lines.failures == []
    assert not {"undecodable", "forged", "retry", "unpublishable"} & set(lines.outcomes)
    assert [world.dead_letters(consumer) for consumer in world.active] == [[]] * len(world.active)


def test_an_order_from_before_delivery_existed_gets_standard_delivery(
    world: World, shop: Shop
) -> None:
    event = sample("OrderPlaced", 1)
    for line in event["data"]["lines"]:
        shop.add_stock(line["sku"], 5)
    world.put(world.log, item_of(event))

    world.settle()

    assert world.slots(event["subject"])["shipping/dispatch"] == "DispatchScheduled"
    (parcel,) = world.table(world.own_table("shipping", "parcels"))
    assert parcel["delivery"] == "standard"
