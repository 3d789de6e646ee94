"""Endpoints that show and cancel an order, for its customer or the guest with its key."""

from datetime import datetime

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OUTCOME, OrderCancelled, OrderConfirmed
from events.envelope import Event, follow
from events.history import History
from events.order import Order, fold
from functions.checkout.identity import may_read, owns
from functions.framework.http import CORRELATION, Problem, Request, Response
from functions.framework.ports import Clock, Log

POLLING = ((10, 1), (60, 5))
"""Seconds since the order was placed, and the `Retry-After` up to then."""

SLOW_POLLING = 30

UNKNOWN = (
    "There is no such order, or the key does not belong to it. Send the Idempotency-Key that it was"
    " placed with as `Authorization: Bearer <key>`."
)
"""The detail for guests, the same whether or not the order exists."""

FOREIGN = "There is no such order, or it is not yours; GET /orders lists your orders."
"""The detail for customers with a token; it does not reveal that the order exists."""


class Orders:
    """`GET /orders/{id}` and `POST /orders/{id}/cancel`."""

    def __init__(self, log: Log, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    def show(self, request: Request) -> Response:
        """Return the order as folded from the log."""
        placed, history = self._read(request)
        return self._response(placed, history)

    def cancel(self, request: Request) -> Response:
        """Cancel the order, unless it is confirmed; idempotent."""
        placed, history = self._read(request)
        stated: dict[str, str] = {}
        if history.at(OUTCOME) is None:
            event = follow(
                placed,
                OrderCancelled(reason="customer"),
                source="checkout",
                now=self._clock(),
                seen=[known.sequence for known in history],
            )
            held = self._log.append(event)
            stated = {"event": event.id} if held == event else {}
            history = History([*history, held])
        if history.states(OrderConfirmed):
            raise Problem(
                409,
                "already-confirmed",
                "The order is already confirmed and can no longer be cancelled.",
            )
        return self._response(placed, history, **stated)

    def _read(self, request: Request) -> tuple[Event[OrderPlaced], History]:
        order = request.path.get("id", "")
        if may_read(request, order):
            history = self._log.read(order)
            placed = history.find(OrderPlaced)
            if placed is not None and owns(request, placed.data):
                return placed, history
        raise Problem(404, "no-such-order", UNKNOWN if request.caller is None else FOREIGN)

    def _response(self, placed: Event[OrderPlaced], history: History, **notes: str) -> Response:
        order = fold(history)
        headers = self._headers(order) | {CORRELATION: placed.correlationid}
        return Response(body=order, headers=headers, notes={**notes, "order": order.id})

    def _headers(self, order: Order) -> dict[str, str]:
        headers = {"etag": _etag(order)}
        if order.moving:
            headers["retry-after"] = str(_retry_after(order.timeline[0].time, self._clock()))
        return headers


def _etag(order: Order) -> str:
    return f'"{order.version}-{order.sequence}"'


def _retry_after(placed: datetime, now: datetime) -> int:
    age = (now - placed).total_seconds()
    return next((wait for until, wait in POLLING if age < until), SLOW_POLLING)
