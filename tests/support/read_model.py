"""A read model for tests: orders by the customer's e-mail address, which is personal."""

from typing import Any

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentCaptured
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event
from events.history import History
from events.order import fold
from functions.framework.ports import Row
from functions.framework.reaction import Keep, On
from functions.framework.service import Consumer, Projection
from functions.framework.table import Table

EVENTS = (OrderPlaced, PaymentCaptured, OrderConfirmed, OrderCancelled, DispatchScheduled)
LIST = "listing"
ERASED = "nobody"


def row(history: History) -> Row | None:
    """Return the row of an order, under its customer's address."""
    placed = history.find(OrderPlaced)
    if placed is None:
        return None
    known = History(event for event in history if isinstance(event.data, EVENTS))
    order = fold(known)
    return Row(
        partition=placed.data.email or ERASED,
        sort=f"{placed.sequence}#{placed.subject}",
        values={
            "status": order.status,
            "total": order.total.amount,
            "to": placed.data.ship_to.name,
        },
        version=len(known),
    )


def keep(_: Event[Any], history: History) -> Keep | None:
    """Write the order's row."""
    made = row(history)
    return Keep(table=LIST, rows=(made,)) if made else None


LISTING = Consumer(
    name="listing",
    on=tuple(On(event=event, react=keep, history=True) for event in EVENTS),
    tables=(Table(name=LIST, key="customer", sort="placed", access=frozenset({"put", "page"})),),
    replayable=True,
    projection=Projection(table=LIST, fold=row),
)
