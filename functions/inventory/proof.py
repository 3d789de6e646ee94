"""Proof of inventory: no piece is lost, and none is sold twice."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from events.contracts.checkout import OrderPlaced
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


def what_is_reserved_was_ordered(shop: Shop, event: Event[Any]) -> bool:
    """The pieces that are reserved are exactly those that were ordered, of every line."""
    placed = shop.history(event.subject).find(OrderPlaced)
    return placed is not None and {line.sku: line.quantity for line in placed.data.lines} == {
        line.sku: line.quantity for line in event.data.lines
    }


def stock_is_conserved(shop: Shop, event: Event[Any]) -> bool:
    """Available plus reserved pieces of a product equal its initial stock; none is below zero."""
    reserved: Counter[str] = shop.state
    sign = 1 if isinstance(event.data, StockReserved) else -1
    for line in event.data.lines:
        reserved[line.sku] += sign * line.quantity
    return _is_conserved(shop, [line.sku for line in event.data.lines])


def all_stock_is_conserved(shop: Shop) -> bool:
    """At the end, available plus reserved pieces of every product equal its initial stock."""
    return _is_conserved(shop, shop.pieces)


def _is_conserved(shop: Shop, skus: Iterable[str]) -> bool:
    reserved: Counter[str] = shop.state
    for sku in skus:
        left = shop.number(STOCK, sku, AVAILABLE)
        if left < 0 or left + reserved[sku] != shop.pieces[sku]:
            return False
    return True


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
        StockReserved: (what_is_reserved_was_ordered, stock_is_conserved),
        StockReleased: (stock_is_returned_only_when_cancelled, stock_is_conserved),
    },
    at_rest=(confirmed_keeps_its_stock_and_cancelled_returns_it,),
    at_rest_of_all=(all_stock_is_conserved,),
)
