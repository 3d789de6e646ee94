"""Proof of shipping: a parcel is booked once, and only for a confirmed order."""

from typing import Any

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event
from functions.framework.proof import Outside, Proof, Shop
from functions.shipping.carrier import CarrierUnavailable
from functions.shipping.sandbox import PARCELS


def parcels(shop: Shop, order: str) -> int:
    """Return how many parcels the carrier booked for an order."""
    return shop.number(PARCELS, order, "parcels")


def dispatched_is_confirmed(shop: Shop, event: Event[Any]) -> bool:
    """Only a confirmed order is dispatched."""
    return shop.history(event.subject).states(OrderConfirmed)


def parcel_facts_match_the_carrier(shop: Shop, event: Event[Any]) -> bool:
    """The log has a parcel only after the carrier booked it, under the same number."""
    versions = shop.versions(PARCELS, event.subject).get(event.subject, ())
    return bool(versions) and versions[-1].values["tracking"] == event.data.reference


def a_parcel_is_booked_once(shop: Shop, order: str) -> bool:
    """A parcel is booked once, for a confirmed order."""
    return parcels(shop, order) == 1 and shop.history(order).states(OrderConfirmed)


def a_parcel_goes_as_it_was_ordered(shop: Shop, order: str) -> bool:
    """A parcel goes by the delivery that the customer chose."""
    placed = shop.history(order).find(OrderPlaced)
    versions = shop.versions(PARCELS, order).get(order, ())
    return placed is not None and all(
        each.values["delivery"] == placed.data.delivery for each in versions
    )


def confirmed_is_dispatched_and_cancelled_is_not(shop: Shop, order: str) -> bool:
    """A confirmed order has one parcel at the end, and a cancelled one has none."""
    history = shop.history(order)
    if history.states(OrderConfirmed):
        return history.states(DispatchScheduled) and parcels(shop, order) == 1
    return not history.states(OrderCancelled) or parcels(shop, order) == 0


PROOF = Proof(
    outside=Outside(
        calls="carrier",
        error=CarrierUnavailable,
        reads=frozenset({"find"}),
        local=frozenset({"recognises"}),
        rare={"find": 8},
    ),
    of_facts={DispatchScheduled: (dispatched_is_confirmed, parcel_facts_match_the_carrier)},
    of_records={PARCELS: (a_parcel_is_booked_once, a_parcel_goes_as_it_was_ordered)},
    at_rest=(confirmed_is_dispatched_and_cancelled_is_not,),
)
