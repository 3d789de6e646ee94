"""Ordering's reaction: one outcome, decided from the events in the stream."""

from typing import Any

from events.contracts.inventory import StockRejected, StockReserved
from events.contracts.ordering import OUTCOME, OrderCancelled, OrderConfirmed
from events.contracts.orders import OrderStalled
from events.contracts.payment import PaymentCaptured, PaymentDeclined
from events.envelope import Event
from events.history import History


def decide(_: Event[Any], history: History) -> OrderConfirmed | OrderCancelled | None:
    """Cancel on a refusal, confirm once paid and reserved, otherwise wait for another event."""
    if history.at(OUTCOME):
        return None
    if history.states(StockRejected):
        return OrderCancelled(reason="out-of-stock")
    if history.states(PaymentDeclined):
        return OrderCancelled(reason="payment-declined")
    if history.states(PaymentCaptured) and history.states(StockReserved):
        return OrderConfirmed()
    if history.states(OrderStalled):
        return OrderCancelled(reason="stalled")
    return None
