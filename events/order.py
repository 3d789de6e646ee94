"""An order for people: a pure fold of its events."""

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
    """One event, as it stands on the order's timeline."""

    type: str
    source: str
    time: datetime


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an order so far.

    `paid` and `reserved` may come in either sequence, so they are told apart from `status`, which
    names the furthest step. `refund` is `due` while money of a cancelled order has yet to go back.
    `moving` says that more is to come by itself; `version` is the number of facts.
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
    """These events tell of no order."""


def fold(history: History) -> Order:
    """Return the order that these events tell of.

    Raises:
        NotPlaced: none was placed.
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
    furthest: tuple[tuple[type, Status], ...] = (
        (OrderCancelled, "cancelled"),
        (DispatchScheduled, "dispatched"),
        (OrderConfirmed, "confirmed"),
        (PaymentCaptured, "paid"),
        (StockReserved, "reserved"),
    )
    return next((status for kind, status in furthest if history.states(kind)), "placed")


def _refund(history: History) -> Literal["none", "due", "done"]:
    if history.states(PaymentRefunded):
        return "done"
    return "due" if history.states(OrderCancelled) and history.states(PaymentCaptured) else "none"


def _undone(history: History) -> bool:
    """Tell whether the order was cancelled and both money and stock are where they were."""
    return (
        history.states(OrderCancelled)
        and history.states(PaymentVoided, PaymentDeclined, PaymentRefunded)
        and history.states(StockVoided, StockRejected, StockReleased)
    )
