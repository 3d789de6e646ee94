"""Analytics' reactions: the row by which an event adds to the figures of its day.

Revenue is the total of the orders that were confirmed on a day. A confirmed order cannot be
cancelled (the outcome is one slot, and a request to cancel is answered with 409), so revenue is
never subtracted.
"""

from datetime import datetime
from typing import Any

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.envelope import Event
from events.history import History
from functions.analytics.figures import CANCELLED, CONFIRMED, ORDERED, ORDERS, REVENUE, figure_name
from functions.analytics.table import FIGURES, day_of, is_late, marker, shard
from functions.framework.ports import Row
from functions.framework.reaction import Keep


def placed(event: Event[OrderPlaced], _: History, now: datetime) -> Keep:
    """Count an order and its total."""
    total = event.data.total
    return _keep(event, now, {ORDERS: 1, figure_name(ORDERED, total.currency): total.amount})


def confirmed(event: Event[OrderConfirmed], history: History, now: datetime) -> Keep | None:
    """Count a confirmed order and its total as revenue; the total is in `OrderPlaced` only."""
    order = history.find(OrderPlaced)
    if order is None:
        return None
    total = order.data.total
    return _keep(event, now, {CONFIRMED: 1, figure_name(REVENUE, total.currency): total.amount})


def cancelled(event: Event[OrderCancelled], _: History, now: datetime) -> Keep:
    """Count a cancelled order by its reason."""
    return _keep(event, now, {figure_name(CANCELLED, event.data.reason): 1})


def _keep(event: Event[Any], now: datetime, adds: dict[str, int]) -> Keep:
    """Return the event's row, followed by a marker if its day may already be summed up."""
    day = day_of(event.time)
    row = Row(partition=shard(day, event.subject), sort=event.id, values=adds)
    late = (marker(day, event.id, now),) if is_late(day, now) else ()
    return Keep(table=FIGURES, rows=(row, *late))
