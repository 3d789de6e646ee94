"""Inventory's reactions: stock and slot change in one transaction; a release voids first."""

from events.contracts.checkout import OrderPlaced
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
from functions.framework.reaction import Fill, Steps

STOCK = "stock"
AVAILABLE = "available"


def reserve(placed: Event[OrderPlaced], history: History) -> Steps:
    """Reserve all pieces of the order, or none."""
    if history.at(RESERVE):
        return None
    lines = tuple(Reserved(sku=line.sku, quantity=line.quantity) for line in placed.data.lines)
    try:
        yield Fill(fact=StockReserved(lines=lines), changes=_move(lines, -1))
    except ChangeRefused as refused:
        return StockRejected(skus=refused.keys)
    return None


def release(_: Event[OrderCancelled], history: History) -> Steps:
    """Release the reserved pieces, or prevent their reservation."""
    if history.at(RELEASE):
        return None
    held = history.at(RESERVE)
    if held is None:
        held = yield StockVoided()
    if not isinstance(held.data, StockReserved):
        return None
    lines = held.data.lines
    return Fill(fact=StockReleased(lines=lines), changes=_move(lines, +1))


def _move(lines: tuple[Reserved, ...], sign: int) -> tuple[Change, ...]:
    return tuple(
        Change(table=STOCK, key=line.sku, attribute=AVAILABLE, by=sign * line.quantity)
        for line in lines
    )
