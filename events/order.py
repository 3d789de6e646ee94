"""Order: the state of one order, a pure fold of its events."""

from datetime import datetime
from typing import Literal

import msgspec

from events.contracts.checkout import Line, OrderPlaced
from events.contracts.inventory import StockRejected, StockReleased, StockReserved, StockVoided
from events.contracts.ordering import OrderCancelled, OrderConfirmed, Reason
from events.contracts.payment import (
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
)
from events.contracts.shipping import DispatchScheduled
from events.history import History
from events.money import Money

Status = Literal["placed", "reserved", "paid", "confirmed", "dispatched", "cancelled"]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One event on the order's timeline."""

    type: str
    source: str
    time: datetime


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """The current state of an order.

    `status` names the furthest step; `paid` and `reserved` may come in either order, so each has a
    field of its own. `refund` is `due` while the money of a cancelled order is not paid back.
    `moving` is true while more events will follow by themselves. `version` is the number of facts,
    `sequence` the highest of their sequences.
    """

    id: str
    status: Status
    reason: Reason | None
    paid: bool
    reserved: bool
    refund: Literal["none", "due", "done"]
    moving: bool
    total: Money
    lines: tuple[Line, ...]
    tracking: str | None
    timeline: tuple[Step, ...]
    version: int
    sequence: str


class NotPlaced(LookupError):
    """The events contain no `OrderPlaced`."""


def fold(history: History) -> Order:
    """Return the order that these events fold to.

    Raises:
        NotPlaced: no order was placed.
    """
    placed = history.find(OrderPlaced)
    if placed is None:
        raise NotPlaced
    cancelled = history.find(OrderCancelled)
    dispatched = history.find(DispatchScheduled)
    return Order(
        id=placed.subject,
        status=_status(history),
        reason=cancelled.data.reason if cancelled else None,
        paid=history.states(PaymentCaptured),
        reserved=history.states(StockReserved),
        refund=_refund(history),
        moving=not (dispatched or _undone(history)),
        total=placed.data.total,
        lines=placed.data.lines,
        tracking=dispatched.data.reference if dispatched else None,
        timeline=tuple(Step(type=e.type, source=e.source, time=e.time) for e in history),
        version=len(history),
        sequence=max(event.sequence for event in history),
    )


def _status(history: History) -> Status:
    statuses: tuple[tuple[type, Status], ...] = (
        (OrderCancelled, "cancelled"),
        (DispatchScheduled, "dispatched"),
        (OrderConfirmed, "confirmed"),
        (PaymentCaptured, "paid"),
        (StockReserved, "reserved"),
    )
    return next((status for kind, status in statuses if history.states(kind)), "placed")


def _refund(history: History) -> Literal["none", "due", "done"]:
    if history.states(PaymentRefunded):
        return "done"
    return "due" if history.states(OrderCancelled) and history.states(PaymentCaptured) else "none"


def _undone(history: History) -> bool:
    """Return whether the order was cancelled and both money and stock were given back."""
    return (
        history.states(OrderCancelled)
        and history.states(PaymentVoided, PaymentDeclined, PaymentRefunded)
        and history.states(StockVoided, StockRejected, StockReleased)
    )
