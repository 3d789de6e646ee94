"""Invariants of amounts: what is taken and given back is what was ordered, in its currency."""

from collections.abc import Mapping
from typing import Any

from events.contracts.checkout import OrderPlaced
from events.contracts.payment import PaymentCaptured, PaymentRefunded
from events.envelope import Event, Fact
from events.money import Money
from simulation.invariants.orders import OfFact
from simulation.state import ShopState


def the_total_is_the_sum_of_the_lines(_: ShopState, event: Event[Any]) -> bool:
    """The total of an order is the sum of all its lines."""
    order: OrderPlaced = event.data
    return order.total.amount == sum([line.quantity * line.unit_price for line in order.lines])


def what_is_captured_is_the_total(shop: ShopState, event: Event[Any]) -> bool:
    """What is captured is the total of the order, in its currency."""
    captured: Money = event.data.amount
    return captured == _total(shop, event)


def what_is_refunded_was_captured(shop: ShopState, event: Event[Any]) -> bool:
    """A refund is in the currency of the order, and at most its total."""
    total = _total(shop, event)
    refund: Money = event.data.amount
    return total is not None and (
        refund.currency == total.currency and 0 <= refund.amount <= total.amount
    )


def _total(shop: ShopState, event: Event[Any]) -> Money | None:
    placed = shop.log.read(event.subject).find(OrderPlaced)
    return placed.data.total if placed else None


OF_FACTS: Mapping[type[Fact], tuple[OfFact, ...]] = {
    OrderPlaced: (the_total_is_the_sum_of_the_lines,),
    PaymentCaptured: (what_is_captured_is_the_total,),
    PaymentRefunded: (what_is_refunded_was_captured,),
}
