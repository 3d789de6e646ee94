"""Invariants of a world at rest: all is acknowledged, no worker is alive, no call is under way."""

from events.contracts.inventory import StockReleased
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentCaptured
from events.contracts.shipping import DispatchScheduled
from events.order import fold
from simulation.invariants.orders import OfOrder
from simulation.state import ShopState

COMPLETED_BY = frozenset(
    source
    for fact in (PaymentCaptured, StockReleased, OrderConfirmed, DispatchScheduled)
    for source in fact.sources
)
"""The services without which no order completes."""


def every_order_completes(shop: ShopState, order: str) -> bool:
    """Every order has its outcome, and all its effects are done."""
    if not {consumer.name for consumer in shop.consumers} >= COMPLETED_BY:
        return True
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


OF_AN_ORDER: tuple[OfOrder, ...] = (
    every_order_completes,
    every_event_was_published,
    every_consumer_handled_its_events,
)
