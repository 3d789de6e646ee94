"""Proof of ordering: an order has one outcome."""

from typing import Any

from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.envelope import Event
from functions.framework.proof import Proof, Shop


def an_order_has_one_outcome(shop: Shop, event: Event[Any]) -> bool:
    """An order is confirmed or cancelled, never both, and never twice."""
    outcomes = [
        one
        for one in shop.history(event.subject)
        if isinstance(one.data, OrderConfirmed | OrderCancelled)
    ]
    return len(outcomes) <= 1


PROOF = Proof(
    of_facts={
        OrderConfirmed: (an_order_has_one_outcome,),
        OrderCancelled: (an_order_has_one_outcome,),
    }
)
