"""Products of a story: offers in the catalogue, pieces in stock."""

from events.contracts.checkout import Line
from functions.checkout.catalogue import CATALOGUE
from functions.checkout.service import SERVICE as CHECKOUT
from functions.framework.ports import Record, Value
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.inventory.service import SERVICE as INVENTORY
from testkit.builders import MUTE, TRUMPET
from testkit.results import Results


def sell(story: Results, *lines: Line) -> None:
    """Offer products at their prices, by default both of the builders, if checkout runs."""
    if CHECKOUT.name not in story.services:
        return
    for line in lines or (TRUMPET, MUTE):
        offer: dict[str, Value] = {"name": line.name, "currency": "EUR", "price": line.unit_price}
        _write(story, CHECKOUT.name, CATALOGUE, line.sku, offer)


def stock(story: Results, *lines: Line) -> None:
    """Add the pieces of these lines to the stock, if inventory runs."""
    if INVENTORY.name not in story.services:
        return
    for line in lines:
        there = story.tables(INVENTORY.name, STOCK).get(line.sku)
        pieces = int(there.values.get(AVAILABLE, 0)) if there else 0
        _write(story, INVENTORY.name, STOCK, line.sku, {AVAILABLE: pieces + line.quantity})


def _write(story: Results, owner: str, table: str, key: str, values: dict[str, Value]) -> None:
    records = story.tables(owner, table)
    there = records.get(key)
    known = dict(there.values) if there else {}
    records.put(Record(key=key, values=known | values, version=there.version if there else 0))
