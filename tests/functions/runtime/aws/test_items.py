"""Events as items of the log: round trip, stored attributes and size."""

from typing import Any

import msgspec
import pytest

from events.codec import EventTooLarge, Undecodable
from events.contracts.checkout import Line
from events.contracts.inventory import Reserved, StockRejected, StockReleased, StockReserved
from events.contracts.orders import OrderStalled
from events.contracts.payment import CHARGE, PaymentVoided
from events.envelope import Event
from functions.runtime.aws.items import from_item, to_item
from testkit.builders import ORDER, order_placed, placed, then

FIRST = placed()
EVENTS: dict[str, Event[Any]] = {
    "placed": FIRST,
    "without a reference": then(FIRST, PaymentVoided(), slot=CHARGE),
    "with a reference": then(FIRST, PaymentVoided(reference="r"), slot=CHARGE),
    "reserved": then(FIRST, StockReserved(lines=(Reserved(sku="DRUM", quantity=2),))),
    "rejected": then(FIRST, StockRejected(skus=("DRUM", "GONG"))),
    "released": then(FIRST, StockReleased(lines=())),
    "in a counted slot": then(FIRST, OrderStalled(waited_seconds=3600), slot="stalled/1"),
}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_an_item_decodes_to_the_same_event(event: Event[Any]) -> None:
    assert from_item(to_item(event)) == event


def test_the_key_of_an_item_is_its_order_and_slot() -> None:
    item = to_item(FIRST)

    assert (item["subject"], item["slot"]) == ({"S": ORDER}, {"S": "placed"})


def test_attributes_that_follow_from_the_key_are_not_stored() -> None:
    assert not {"id", "specversion", "datacontenttype", "causationid"} & set(to_item(FIRST))


def test_an_event_that_is_too_large_has_no_item() -> None:
    with pytest.raises(EventTooLarge):
        to_item(placed(msgspec.structs.replace(order_placed(), email="a" * 65536)))


BROKEN: list[tuple[str, dict[str, Any] | None]] = [
    ("data", None),
    ("subject", None),
    ("dataversion", None),
    ("dataversion", {"N": "one"}),
    ("sequence", None),
    ("sequence", {"S": "yesterday"}),
    ("time", {"S": "noon"}),
    ("data", {"M": {}}),
    ("data", {"S": "{"}),
    ("type", {"S": "OrderGiftWrapped"}),
]


@pytest.mark.parametrize(("name", "value"), BROKEN)
def test_an_item_that_is_not_an_event_is_undecodable(
    name: str, value: dict[str, Any] | None
) -> None:
    item: dict[str, Any] = to_item(FIRST)
    del item[name]

    with pytest.raises(Undecodable):
        from_item(item | ({name: value} if value else {}))


def weight(item: dict[str, dict[str, str]]) -> int:
    """Return an item's size in bytes as DynamoDB counts it, with the upper bound for numbers.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    total = 0
    for name, attribute in item.items():
        ((kind, value),) = attribute.items()
        total += len(name.encode()) + (len(value) + 2 if kind == "N" else len(value.encode()))
    return total


CATALOGUE = [
    ("TRUMPET-BB-GOLD", "Trumpet in B flat, gold lacquer"),
    ("STAND-ORCHESTRA-2", "Orchestra music stand, folding"),
    ("VALVE-OIL-SYNTH-50", "Synthetic valve oil, 50 ml"),
]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_an_order_of_up_to_three_lines_is_written_with_one_write_unit(count: int) -> None:
    lines = [
        Line(sku=sku, name=name, quantity=12, unit_price=124900) for sku, name in CATALOGUE[:count]
    ]

    order = msgspec.structs.replace(order_placed(*lines, delivery="standard"), customer=ORDER[:26])

    assert weight(to_item(placed(order))) <= 1024


@pytest.mark.parametrize("event", list(EVENTS.values())[1:], ids=list(EVENTS)[1:])
def test_every_later_event_is_written_with_one_write_unit(event: Event[Any]) -> None:
    assert weight(to_item(event)) <= 1024
