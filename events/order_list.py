"""Order list: an order's entry as a pure fold of some of its events, and the entry's stored form.

The projection `orders` writes the entries, and the shop's API reads them.
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
"""The owning service, the table's name, its keys, and the attribute of orders without an outcome.

A guest's order is a list of its own: no request can read the orders of all guests.
"""

LIST_EVENTS: tuple[type[Fact], ...] = (
    OrderPlaced,
    OrderConfirmed,
    OrderCancelled,
    DispatchScheduled,
    PaymentRefunded,
    OrderStalled,
)
"""The types that an entry depends on; the fold of other types changes nothing."""

SHARDS = 8
"""Shards of the index of open orders: one key of an index takes a thousand writes a second."""

type Status = Literal["placed", "confirmed", "dispatched", "cancelled"]
type Value = str | int


STATUSES: tuple[tuple[type[Fact], Status], ...] = (
    (OrderCancelled, "cancelled"),
    (DispatchScheduled, "dispatched"),
    (OrderConfirmed, "confirmed"),
)
"""The status that each type of event means; the first type that is present decides."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """An order in a list.

    `pieces` is the sum of the lines' quantities; `refund` is `done` once money was paid back. The
    order's own page shows whether it is paid and reserved.
    """

    id: str
    status: Status
    reason: Reason | None
    refund: Literal["none", "done"]
    placed: datetime
    total: Money
    pieces: int


class ListEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An order's entry: the customer whose list it is in, its place there, and its version.

    `version` is the number of facts that the entry is folded from. `open` is the entry's shard in
    the index while the order has no outcome. Stalled orders have shards of their own, so that they
    hide no other order from a query with a limit.
    """

    customer: str
    place: str
    version: int
    open: str | None
    listed: Listed


def entry(history: History) -> ListEntry | None:
    """Return the entry that these events fold to, or None if no order was placed."""
    placed = history.find(OrderPlaced)
    if placed is None:
        return None
    return ListEntry(
        customer=placed.data.customer or f"guest#{placed.subject}",
        place=f"{placed.sequence}#{placed.subject}",
        version=entry_version(history),
        open=None if history.states(OrderConfirmed, OrderCancelled) else _shard(history),
        listed=_listed(placed, history),
    )


def entry_version(history: History) -> int:
    """Return the version of an order's entry: the number of its facts in `LIST_EVENTS`."""
    return sum([type(event.data) in LIST_EVENTS for event in history])


def shards(*, stalled: bool) -> tuple[str, ...]:
    """Return the keys of the index of open orders: those of stalled orders, or of all others."""
    return tuple(f"stalled#{shard}" if stalled else str(shard) for shard in range(SHARDS))


def order_at(place: str) -> str:
    """Return the id of the order at a place."""
    return place.rpartition("#")[2]


def to_values(listed: Listed) -> dict[str, Value]:
    """Return a listed order as the plain values of an item."""
    values: dict[str, Value] = {
        "status": listed.status,
        "refund": listed.refund,
        "placed": listed.placed.isoformat(),
        "amount": listed.total.amount,
        "currency": listed.total.currency,
        "pieces": listed.pieces,
    }
    return values | ({"reason": listed.reason} if listed.reason else {})


def from_values(place: str, values: Mapping[str, Value]) -> Listed:
    """Return the listed order from its place and the plain values of its item."""
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
    for kind, status in STATUSES:
        if history.states(kind):
            return status
    return "placed"


def _shard(history: History) -> str:
    shard = crc32(next(iter(history)).subject.encode()) % SHARDS
    return shards(stalled=history.states(OrderStalled))[shard]
