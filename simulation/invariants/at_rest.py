"""The invariants of a quiet world: all is acknowledged, no worker alive, no call under way."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from events.contracts.checkout import OrderPlaced
from events.contracts.inventory import StockReleased, StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentCaptured, PaymentRefunded
from events.contracts.shipping import DispatchScheduled
from events.order import fold
from events.order_list import LIST
from functions.analytics.figures import (
    CANCELLED,
    CONFIRMED,
    LONGEST,
    ORDERED,
    ORDERS,
    REVENUE,
    Figures,
    figures,
    named,
)
from functions.analytics.table import FIGURES, day_of
from functions.orders.projection import row
from simulation.invariants.read_models import recount
from simulation.state import Shop

type OfOrder = Callable[[Shop, str], bool]
type OfShop = Callable[[Shop, datetime], bool]


def no_order_waits_for_ever(shop: Shop, order: str) -> bool:
    """Every order has its outcome, and what it leads to has been done."""
    history = shop.log.read(order)
    return history.states(OrderConfirmed, OrderCancelled) and not fold(history).moving


def every_event_was_published(shop: Shop, order: str) -> bool:
    """Every event in the log was published."""
    return all(event.id in shop.published for event in shop.log.read(order))


def every_consumer_handled_what_it_hears(shop: Shop, order: str) -> bool:
    """Every consumer has acknowledged every event that it hears.

    But one that may not be sent the past does not hear what came before it was there.
    """
    return all(
        (consumer, event.id) in shop.handled or shop.queues[consumer].never_receives(event.id)
        for event in shop.log.read(order)
        for consumer in shop.subscribers.get(event.type, ())
    )


def confirmed_is_charged_and_sent(shop: Shop, order: str) -> bool:
    """A confirmed order is charged once and in full, its stock taken, one parcel booked."""
    history = shop.log.read(order)
    if not history.states(OrderConfirmed):
        return True
    placed = history.find(OrderPlaced)
    return (
        placed is not None
        and shop.charge(order) == placed.data.total.amount
        and history.states(StockReserved)
        and not history.states(StockReleased)
        and history.states(DispatchScheduled)
        and shop.parcels_of(order) == 1
    )


def cancelled_is_as_if_never_ordered(shop: Shop, order: str) -> bool:
    """A cancelled order's net charge is zero, its stock is returned, and nothing is sent."""
    history = shop.log.read(order)
    if not history.states(OrderCancelled):
        return True
    returned = history.states(StockReleased) or not history.states(StockReserved)
    return shop.charge(order) == 0 and returned and shop.parcels_of(order) == 0


def the_log_tells_of_all_money(shop: Shop, order: str) -> bool:
    """The log tells of a charge or a refund if and only if the gateway made it."""
    history = shop.log.read(order)
    lives = shop.states(order).values()
    return any("captured" in life for life in lives) is history.states(PaymentCaptured) and any(
        "refunded" in life for life in lives
    ) is history.states(PaymentRefunded)


def the_projection_is_the_fold(shop: Shop, order: str) -> bool:
    """An order's row in the list is what the log makes of it."""
    made = row(shop.log.read(order))
    return made is not None and shop.rows[LIST].get(made.partition, made.sort) == made


def the_figures_are_a_recount(shop: Shop, now: datetime) -> bool:
    """The figures of each day are what a recount of the log gives."""
    found = {
        one.day: _by_name(one)
        for one in figures(shop.rows[FIGURES], LONGEST, day_of(now))
        if one.orders or one.confirmed or one.cancelled
    }
    return found == recount(shop)


def _by_name(one: Figures) -> Mapping[str, int]:
    """Return the figures of a day as the names that its rows add up to."""
    kinds = ((CANCELLED, one.cancelled), (ORDERED, one.ordered), (REVENUE, one.revenue))
    counted = {named(of, kind): value for of, by_kind in kinds for kind, value in by_kind.items()}
    return Counter({ORDERS: one.orders, CONFIRMED: one.confirmed} | counted)


OF_AN_ORDER: tuple[OfOrder, ...] = (
    no_order_waits_for_ever,
    every_event_was_published,
    every_consumer_handled_what_it_hears,
    confirmed_is_charged_and_sent,
    cancelled_is_as_if_never_ordered,
    the_log_tells_of_all_money,
    the_projection_is_the_fold,
)
OF_THE_SHOP: tuple[OfShop, ...] = (the_figures_are_a_recount,)
