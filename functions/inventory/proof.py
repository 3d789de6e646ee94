"""Proof of inventory: no piece is lost, and none is sold twice."""

from collections import Counter
from typing import Any

from events.contracts.inventory import RESERVE, StockReleased, StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.envelope import Event
from functions.framework.proof import Proof, Shop
from functions.inventory.reactions import AVAILABLE, STOCK


def seed(shop: Shop) -> None:
    """Put the initial pieces of each product in stock."""
    for sku, pieces in shop.pieces.items():
        shop.set_number(STOCK, sku, AVAILABLE, pieces)


def confirmed_is_reserved(shop: Shop, event: Event[Any]) -> bool:
    """An order is confirmed only once its stock is reserved."""
    history = shop.history(event.subject)
    return history.states(StockReserved) and not history.states(StockReleased)


def stock_is_returned_only_when_cancelled(shop: Shop, event: Event[Any]) -> bool:
    """Stock is returned only for a cancelled order, and exactly what was reserved."""
    history = shop.history(event.subject)
    taken = history.at(RESERVE)
    return (
        history.states(OrderCancelled)
        and taken is not None
        and isinstance(taken.data, StockReserved)
        and taken.data.lines == event.data.lines
    )


def stock_is_conserved(shop: Shop, event: Event[Any]) -> bool:
    """Available plus reserved pieces of a product equal its initial stock; none is below zero."""
    reserved: Counter[str] = shop.state
    sign = 1 if isinstance(event.data, StockReserved) else -1
    for line in event.data.lines:
        reserved[line.sku] += sign * line.quantity
    left = {sku: shop.number(STOCK, sku, AVAILABLE) for sku in shop.pieces}
    return all(
        left[sku] >= 0 and left[sku] + reserved[sku] == pieces
        for sku, pieces in shop.pieces.items()
    )


def confirmed_keeps_its_stock_and_cancelled_returns_it(shop: Shop, order: str) -> bool:
    """A confirmed order has its stock reserved at the end, and a cancelled one has it returned."""
    history = shop.history(order)
    reserved, released = history.states(StockReserved), history.states(StockReleased)
    if history.states(OrderConfirmed):
        return reserved and not released
    return not history.states(OrderCancelled) or released or not reserved


PROOF = Proof(
    state=Counter,
    seed=seed,
    of_facts={
        OrderConfirmed: (confirmed_is_reserved,),
        StockReserved: (stock_is_conserved,),
        StockReleased: (stock_is_returned_only_when_cancelled, stock_is_conserved),
    },
    at_rest=(confirmed_keeps_its_stock_and_cancelled_returns_it,),
)
