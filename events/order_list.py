"""An order as a list shows it: a pure fold of few of its events, and the form that it is kept in.

The projection `orders` writes it and the shop's API reads it, so the form is theirs in common.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from zlib import crc32

import msgspec

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed, Reason
from events.contracts.orders import OrderStalled
from events.contracts.payment import PaymentRefunded
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event, Fact
from events.history import History
from events.money import Money

OWNER = "orders"
LIST = "list"
CUSTOMER = "customer"
PLACE = "place"
OPEN = "open"
"""The service that owns the table, its name, its keys, and the attribute of those without an end.

A guest's order is a list of its own: nobody may ask for the orders of all guests.
"""

HEARD: tuple[type[Fact], ...] = (
    OrderPlaced,
    OrderConfirmed,
    OrderCancelled,
    DispatchScheduled,
    PaymentRefunded,
    OrderStalled,
)
"""The facts that a list tells of; it depends on no other, so whoever writes it writes the same."""

SHARDS = 8
"""Parts of the index of open orders: one key of an index takes a thousand writes a second."""

type Status = Literal["placed", "confirmed", "dispatched", "cancelled"]
type Value = str | int


FURTHEST: tuple[tuple[type[Fact], Status], ...] = (
    (OrderCancelled, "cancelled"),
    (DispatchScheduled, "dispatched"),
    (OrderConfirmed, "confirmed"),
)
"""What an order is by the facts that there are of it, the furthest first."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """An order in a list.

    `pieces` is how many things were ordered. What was paid and reserved so far is told by the
    order's own page; `refund` is `done` once money went back.
    """

    id: str
    status: Status
    reason: Reason | None
    refund: Literal["none", "done"]
    placed: datetime
    total: Money
    pieces: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Where an order stands: whose list, its place in it, and how many facts made it.

    `open` is the part of the index that it is in while it has no outcome. An order that is known
    to be stalled is in another part, so that it keeps nobody from being found.
    """

    customer: str
    place: str
    version: int
    open: str | None
    listed: Listed


def entry(history: History) -> Entry | None:
    """Return what these events make of an order's entry, or nothing if none was placed."""
    placed = history.find(OrderPlaced)
    if placed is None:
        return None
    return Entry(
        customer=placed.data.customer or f"guest#{placed.subject}",
        place=f"{placed.sequence}#{placed.subject}",
        version=heard(history),
        open=None if history.states(OrderConfirmed, OrderCancelled) else _part(history),
        listed=_listed(placed, history),
    )


def heard(history: History) -> int:
    """Return how many facts of a history a list tells of: the version of the order's entry."""
    return sum([type(event.data) in HEARD for event in history])


def parts(*, stalled: bool) -> tuple[str, ...]:
    """Return the parts of the index of open orders: of those known to be stalled, or the others."""
    return tuple(f"stalled#{shard}" if stalled else str(shard) for shard in range(SHARDS))


def order_at(place: str) -> str:
    """Return the id of the order that has a place."""
    return place.rpartition("#")[2]


def flat(listed: Listed) -> dict[str, Value]:
    """Return an order as the plain values of an item."""
    values: dict[str, Value] = {
        "status": listed.status,
        "refund": listed.refund,
        "placed": listed.placed.isoformat(),
        "amount": listed.total.amount,
        "currency": listed.total.currency,
        "pieces": listed.pieces,
    }
    return values | ({"reason": listed.reason} if listed.reason else {})


def unflat(place: str, values: Mapping[str, Value]) -> Listed:
    """Return the order that was kept at a place as these values."""
    return msgspec.convert(
        {
            "id": order_at(place),
            "reason": values.get("reason"),
            "total": {"amount": values["amount"], "currency": values["currency"]},
            **{name: values[name] for name in ("status", "refund", "placed", "pieces")},
        },
        Listed,
    )


def _listed(placed: Event[OrderPlaced], history: History) -> Listed:
    cancelled = history.find(OrderCancelled)
    return Listed(
        id=placed.subject,
        status=_status(history),
        reason=cancelled.data.reason if cancelled else None,
        refund="done" if history.states(PaymentRefunded) else "none",
        placed=placed.time,
        total=placed.data.total,
        pieces=sum([line.quantity for line in placed.data.lines]),
    )


def _status(history: History) -> Status:
    """Return how far an order has come."""
    for kind, status in FURTHEST:
        if history.states(kind):
            return status
    return "placed"


def _part(history: History) -> str:
    shard = crc32(next(iter(history)).subject.encode()) % SHARDS
    return parts(stalled=history.states(OrderStalled))[shard]
