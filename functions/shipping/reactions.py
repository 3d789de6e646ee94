"""Shipping's reaction: a parcel is booked once, and only after the outcome."""

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderConfirmed
from events.contracts.shipping import DISPATCH, DispatchScheduled
from events.envelope import Event
from events.history import History
from functions.shipping.carrier import Carrier


def dispatch(
    confirmed: Event[OrderConfirmed], history: History, carrier: Carrier
) -> DispatchScheduled | None:
    """Book the parcel; if the carrier may have forgotten an earlier booking, look that up first."""
    placed = history.find(OrderPlaced)
    if history.at(DISPATCH) or placed is None:
        return None
    order = confirmed.subject
    tracking = None if carrier.recognises(confirmed.time) else carrier.find(order)
    return DispatchScheduled(
        carrier=carrier.name,
        reference=tracking
        or carrier.book(order, to=placed.data.ship_to, delivery=placed.data.delivery),
    )
