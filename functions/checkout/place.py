"""Placing an order: priced by the shop, written once, answered at once."""

from hashlib import sha256
from typing import Any, Literal

import msgspec

from events.contracts.checkout import Line, OrderPlaced
from events.envelope import Event, Traceparent, begin
from events.money import Money
from functions.checkout.catalogue import Catalogue
from functions.checkout.identity import customer_of, key_of, order_of
from functions.checkout.request import Wanted, read
from functions.framework.http import Problem, Request, Response
from functions.framework.ports import Clock, Log


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """An order that was placed, and the key that opens it."""

    id: str
    status: Literal["placed"] = "placed"
    total: Money
    lines: tuple[Line, ...]
    idempotency_key: str


class Placing:
    """`POST /checkout`, and the direct invocation of the function."""

    def __init__(self, log: Log, catalogue: Catalogue, clock: Clock) -> None:
        """Take the log, the catalogue and the time."""
        self._log = log
        self._catalogue = catalogue
        self._clock = clock

    def __call__(self, request: Request) -> Response:
        """Write `OrderPlaced` and answer with the order; the same key gives the same answer."""
        key = key_of(request)
        wanted = read(request)
        order = order_of(request.caller, key)
        try:
            fact = self._priced(wanted, customer_of(request.caller))
        except Problem:
            earlier = self._log.read(order).find(OrderPlaced)
            if earlier is None:
                raise
            return _answer(earlier, wanted, key)
        event = begin(
            fact,
            subject=order,
            source="checkout",
            now=self._clock(),
            correlationid=request.id,
            traceparent=_traceparent(request),
        )
        return _answer(self._log.append(event), wanted, key)

    def _priced(self, wanted: Wanted, customer: str | None) -> OrderPlaced:
        lines = []
        currencies = set()
        for index, line in enumerate(wanted.lines):
            product = self._catalogue.find(line.sku)
            if product is None:
                raise Problem(
                    422,
                    "unknown-sku",
                    f"The shop sells no {line.sku}; GET /products lists what it sells.",
                    field=f"$.lines[{index}].sku",
                )
            currencies.add(product.currency)
            lines.append(
                Line(
                    sku=line.sku,
                    name=product.name,
                    quantity=line.quantity,
                    unit_price=product.price,
                )
            )
        if len(currencies) > 1:
            raise Problem(
                422,
                "mixed-currencies",
                f"One order is paid in one currency, not in {' and '.join(sorted(currencies))}.",
                field="$.lines",
            )
        amount = sum(line.quantity * line.unit_price for line in lines)
        total = Money(amount=amount, currency=currencies.pop())
        if wanted.expected_total and not _same(wanted.expected_total, total):
            raise Problem(
                409,
                "price-changed",
                "The total is not what you expected; look at the new total and order again.",
                field="$.expected_total",
                more={"total": total},
            )
        return OrderPlaced(
            lines=tuple(lines),
            total=total,
            email=wanted.email,
            ship_to=wanted.ship_to.address(),
            payment_token=wanted.payment_token,
            fingerprint=wanted.fingerprint(),
            delivery=wanted.delivery,
            customer=customer,
        )


def _answer(placed: Event[Any], wanted: Wanted, key: str) -> Response:
    order: OrderPlaced = placed.data
    if order.fingerprint != wanted.fingerprint():
        raise Problem(
            422,
            "key-reused",
            "This Idempotency-Key was used for another order; send a new one with a new order.",
            field="Idempotency-Key",
        )
    return Response(
        body=Accepted(id=placed.subject, total=order.total, lines=order.lines, idempotency_key=key),
        headers={"location": f"/orders/{placed.subject}", "idempotency-key": key},
        notes={
            "order": placed.subject,
            "event": placed.id,
            "correlation": placed.correlationid,
        },
    )


def _same(expected: Money, total: Money) -> bool:
    return (expected.amount, expected.currency) == (total.amount, total.currency)


def _traceparent(request: Request) -> str:
    """Return the caller's trace context if it is one, else a new trace named after the request."""
    given = request.headers.get("traceparent")
    try:
        return msgspec.convert(given, Traceparent)
    except msgspec.ValidationError:
        return f"00-{sha256(request.id.encode()).hexdigest()[:32]}-{'0' * 16}-01"
