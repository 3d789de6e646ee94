"""Invariants of a world at rest: all is acknowledged, no worker is alive, no call is under way."""

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
    figure_name,
    figures,
)
from functions.analytics.table import FIGURES, day_of
from functions.orders.projection import row
from simulation.invariants.orders import OfOrder
from simulation.invariants.read_models import recount
from simulation.state import ShopState

type OfAllOrders = Callable[[ShopState, datetime], bool]


def every_order_completes(shop: ShopState, order: str) -> bool:
    """Every order has its outcome, and all its effects are done."""
    history = shop.log.read(order)
    return history.states(OrderConfirmed, OrderCancelled) and not fold(history).moving


def every_event_was_published(shop: ShopState, order: str) -> bool:
    """Every event in the log was published."""
    return all(event.id in shop.published for event in shop.log.read(order))


def every_consumer_handled_its_events(shop: ShopState, order: str) -> bool:
    """Every consumer has acknowledged every event that it subscribes to.

    Except for what a consumer that is not replayable missed before it was deployed.
    """
    return all(
        (consumer, event.id) in shop.handled or shop.queues[consumer].never_receives(event.id)
        for event in shop.log.read(order)
        for consumer in shop.subscribers.get(event.type, ())
    )


def confirmed_is_charged_and_dispatched(shop: ShopState, order: str) -> bool:
    """A confirmed order is charged once and in full, its stock reserved, one parcel booked."""
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


def cancelled_leaves_no_charge_stock_or_parcel(shop: ShopState, order: str) -> bool:
    """A cancelled order's net charge is zero, its stock is returned, and no parcel is booked."""
    history = shop.log.read(order)
    if not history.states(OrderCancelled):
        return True
    returned = history.states(StockReleased) or not history.states(StockReserved)
    return shop.charge(order) == 0 and returned and shop.parcels_of(order) == 0


def the_log_records_every_charge_and_refund(shop: ShopState, order: str) -> bool:
    """The log has a charge or a refund if and only if the gateway made it."""
    history = shop.log.read(order)
    lives = shop.states(order).values()
    return any("captured" in life for life in lives) is history.states(PaymentCaptured) and any(
        "refunded" in life for life in lives
    ) is history.states(PaymentRefunded)


def the_list_matches_the_log(shop: ShopState, order: str) -> bool:
    """An order's row in the list is the fold of its log."""
    made = row(shop.log.read(order))
    return made is not None and shop.rows[LIST].get(made.partition, made.sort) == made


def the_figures_match_a_recount(shop: ShopState, now: datetime) -> bool:
    """The figures of each day are those of a recount of the log."""
    found = {
        one.day: _by_name(one)
        for one in figures(shop.rows[FIGURES], LONGEST, day_of(now))
        if one.orders or one.confirmed or one.cancelled
    }
    return found == recount(shop)


def _by_name(one: Figures) -> Mapping[str, int]:
    """Return the figures of a day under the names in its rows."""
    kinds = ((CANCELLED, one.cancelled), (ORDERED, one.ordered), (REVENUE, one.revenue))
    counted = {
        figure_name(of, kind): value for of, by_kind in kinds for kind, value in by_kind.items()
    }
    return Counter({ORDERS: one.orders, CONFIRMED: one.confirmed} | counted)


OF_AN_ORDER: tuple[OfOrder, ...] = (
    every_order_completes,
    every_event_was_published,
    every_consumer_handled_its_events,
    confirmed_is_charged_and_dispatched,
    cancelled_leaves_no_charge_stock_or_parcel,
    the_log_records_every_charge_and_refund,
    the_list_matches_the_log,
)
OF_ALL_ORDERS: tuple[OfAllOrders, ...] = (the_figures_match_a_recount,)
