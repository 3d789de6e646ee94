"""Products for a story or an application: offers in the catalogue, pieces in stock."""

from collections.abc import Callable

from events.contracts.checkout import Line
from functions.checkout.catalogue import CATALOGUE
from functions.checkout.service import SERVICE as CHECKOUT
from functions.framework.ports import Record, Records, Value
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.inventory.service import SERVICE as INVENTORY
from testkit.builders import MUTE, TRUMPET

type OwnTables = Callable[[str, str], Records]
"""Returns the table of an owner and a name."""


def offer(tables: OwnTables, *lines: Line) -> None:
    """Offer products at their prices, by default both of the builders."""
    for line in lines or (TRUMPET, MUTE):
        offered: dict[str, Value] = {"name": line.name, "price": line.unit_price, "currency": "EUR"}
        _write(tables(CHECKOUT.name, CATALOGUE), line.sku, offered)


def stock(tables: OwnTables, *lines: Line) -> None:
    """Add the pieces of these lines to the stock."""
    for line in lines:
        records = tables(INVENTORY.name, STOCK)
        there = records.get(line.sku)
        pieces = int(there.values.get(AVAILABLE, 0)) if there else 0
        _write(records, line.sku, {AVAILABLE: pieces + line.quantity})


def _write(records: Records, key: str, values: dict[str, Value]) -> None:
    there = records.get(key)
    known = dict(there.values) if there else {}
    records.put(Record(key=key, values=known | values, version=there.version if there else 0))
