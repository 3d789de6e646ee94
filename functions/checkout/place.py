"""Endpoint that places an order: it prices the order, writes it once and returns at once."""

import re
from hashlib import sha256
from typing import Any, Literal

import msgspec

from events.contracts.checkout import Line, OrderPlaced
from events.envelope import TRACEPARENT, Event, begin
from events.money import Money
from functions.checkout.address import check_address, check_email
from functions.checkout.catalogue import Catalogue
from functions.checkout.identity import customer_of, key_of, order_of
from functions.checkout.request import OrderRequest, parse_order
from functions.framework.http import CORRELATION, Problem, Request, Response
from functions.framework.ports import Clock, Log


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A placed order, and the key that opens it."""

    id: str
    status: Literal["placed"] = "placed"
    total: Money
    lines: tuple[Line, ...]
    idempotency_key: str


class PlaceOrder:
    """`POST /checkout`, and the direct invocation of the function."""

    def __init__(self, log: Log, catalogue: Catalogue, clock: Clock) -> None:
        self._log = log
        self._catalogue = catalogue
        self._clock = clock

    def __call__(self, request: Request) -> Response:
        """Write `OrderPlaced` and return the order; idempotent by the Idempotency-Key."""
        key = key_of(request)
        requested = parse_order(request)
        order = order_of(request.caller, key)
        try:
            check_address(requested.ship_to)
            check_email(requested.email)
            fact = self._priced(requested, customer_of(request.caller), key)
        except Exception:  # of whatever kind: an order that exists is answered first
            earlier = self._log.read(order).find(OrderPlaced)
            if earlier is None:
                raise
            return _answer(earlier, requested, key)
        event = begin(
            fact,
            subject=order,
            source="checkout",
            now=self._clock(),
            correlationid=request.id,
            traceparent=_traceparent(request),
        )
        return _answer(self._log.append(event), requested, key)

    def _priced(self, requested: OrderRequest, customer: str | None, key: str) -> OrderPlaced:
        lines = []
        currencies = set()
        for index, line in enumerate(requested.lines):
            product = self._catalogue.find(line.sku)
            if product is None:
                raise Problem(
                    422,
                    "unknown-sku",
                    f"There is no product {line.sku}; GET /products lists all products.",
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
                f"An order must have one currency, not {' and '.join(sorted(currencies))}.",
                field="$.lines",
            )
        amount = sum(line.quantity * line.unit_price for line in lines)
        total = Money(amount=amount, currency=currencies.pop())
        if requested.expected_total and not _same(requested.expected_total, total):
            raise Problem(
                409,
                "price-changed",
                "The total differs from `expected_total`; check the new `total` and order again.",
                field="$.expected_total",
                more={"total": total},
            )
        return OrderPlaced(
            lines=tuple(lines),
            total=total,
            email=requested.email,
            ship_to=requested.ship_to.address(),
            payment_token=requested.payment_token,
            fingerprint=requested.fingerprint(key),
            delivery=requested.delivery,
            customer=customer,
        )


def _answer(placed: Event[Any], requested: OrderRequest, key: str) -> Response:
    order: OrderPlaced = placed.data
    found = {"location": f"orders/{placed.subject}", CORRELATION: placed.correlationid}
    if not requested.has_fingerprint(order.fingerprint, key):
        raise Problem(
            422,
            "key-reused",
            f"This Idempotency-Key has placed order {placed.subject}, of other lines, another"
            " address or another delivery. Look at that order first; a new key places a second"
            " order.",
            field="Idempotency-Key",
            more={"order": placed.subject},
            headers=found,
        )
    return Response(
        body=Accepted(id=placed.subject, total=order.total, lines=order.lines, idempotency_key=key),
        headers=found | {"idempotency-key": key},
        notes={
            "order": placed.subject,
            "event": placed.id,
            "correlation": placed.correlationid,
        },
    )


def _same(expected: Money, total: Money) -> bool:
    return (expected.amount, expected.currency) == (total.amount, total.currency)


def _traceparent(request: Request) -> str:
    """Return the caller's trace context if it is valid, else a new trace from the request's id.

    An id of zeros is invalid: https://www.w3.org/TR/trace-context/#traceparent-header
    """
    given = request.headers.get("traceparent", "")
    if re.fullmatch(TRACEPARENT, given) and not re.search("-(0{32}|0{16})-", given):
        return given
    hashed = sha256(request.id.encode()).hexdigest()
    return f"00-{hashed[:32]}-{hashed[32:48]}-01"
