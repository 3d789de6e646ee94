"""Builders of test data: a manual clock, events, histories, queue records and resources."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from events import codec
from events.contracts.checkout import STANDARD, Address, Delivery, Line, OrderPlaced
from events.envelope import Event, Fact, begin, follow
from events.history import History
from events.money import Money
from functions.framework.ports import Clock as Now
from functions.framework.ports import Resources, Tables
from functions.payment.sandbox import SUCCESS
from functions.runtime.memory.lambda_events import queue_record, stream_record
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.memory.tables import MemoryTables

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ORDER = "5WQFM8Q1XK3T7ZC0R9N2HDBJE4"
ISSUER = "https://login.example.com/shop"
TRACEPARENT = f"00-{'4b' * 16}-{'5c' * 8}-01"
EMAIL = "robin@example.com"
SHIP_TO = Address(
    name="Robin Example",
    street="1 Sample Street",
    city="Berlin",
    postal_code="10115",
    country="DE",
)
TRUMPET = Line(sku="TRUMPET-BB", name="Trumpet in B flat", quantity=1, unit_price=24900)
MUTE = Line(sku="MUTE-CUP", name="Cup mute", quantity=2, unit_price=1995)


class Clock:
    """A clock that advances only by `advance`."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def advance(self, **span: float) -> None:
        """Advance by the arguments of `timedelta`."""
        self.now += timedelta(**span)


def resources(tables: Tables | None = None, clock: Now | None = None) -> Resources:
    """Return a service's resources: in-memory tables unless others are given."""
    rows: defaultdict[str, MemoryRows] = defaultdict(MemoryRows)
    now = clock or Clock()
    return Resources(
        tables=tables or MemoryTables(),
        rows=rows.__getitem__,
        clock=now,
        monotonic=lambda: now().timestamp(),
    )


def verified(subject: str, issuer: str = ISSUER) -> dict[str, Any]:
    """Return the request context of a token that the HTTP API has verified."""
    return {"authorizer": {"jwt": {"claims": {"iss": issuer, "sub": subject}, "scopes": []}}}


def order_placed(
    *lines: Line,
    token: str = SUCCESS,
    delivery: Delivery = STANDARD,
    customer: str | None = None,
) -> OrderPlaced:
    """Return an OrderPlaced of these lines; by default, of one trumpet and two mutes.

    The sandbox gateway declines the token `tok_declined`. Without a `customer` it is a guest's.
    """
    bought = lines or (TRUMPET, MUTE)
    return OrderPlaced(
        lines=bought,
        total=Money(amount=sum(line.quantity * line.unit_price for line in bought), currency="EUR"),
        email=EMAIL,
        ship_to=SHIP_TO,
        payment_token=token,
        fingerprint="5f2b8c1d9e3a7f604b1c2d",
        delivery=delivery,
        customer=customer,
    )


def placed(
    fact: OrderPlaced | None = None, *, order: str = ORDER, now: datetime = NOW
) -> Event[OrderPlaced]:
    """Return the first event of an order."""
    return begin(
        fact or order_placed(),
        subject=order,
        source="checkout",
        now=now,
        correlationid="9d2c6a34-1f0e-4a58-9c37-5a1de0f4b7c2",
        traceparent=TRACEPARENT,
    )


def then[F: Fact](
    cause: Event[Any],
    fact: F,
    *,
    slot: str | None = None,
    source: str | None = None,
    seen: Iterable[str] = (),
    now: datetime | None = None,
) -> Event[F]:
    """Return the event that states `fact` because of `cause`, by default from its first source."""
    return follow(
        cause,
        fact,
        source=source or fact.sources[0],
        now=now or cause.time + timedelta(milliseconds=60),
        seen=seen,
        slot=slot,
    )


def history_of(*facts: Fact | tuple[Fact, str], order: str = ORDER, now: datetime = NOW) -> History:
    """Return the history of a placed order and these facts, each caused by the one before.

    A fact is given with its slot where that is not its first one.
    """
    events: list[Event[Any]] = [placed(order=order, now=now)]
    for given in facts:
        fact, slot = given if isinstance(given, tuple) else (given, None)
        events.append(then(events[-1], fact, slot=slot))
    return History(events)


def message(event: Event[Any] | str, *, receives: int = 1) -> dict[str, Any]:
    """Return a record of a FIFO queue; a text is a body that need not be an event."""
    body = event if isinstance(event, str) else codec.encode(event).decode()
    name = event if isinstance(event, str) else event.id
    return queue_record(
        body,
        message=f"message {name}",
        receipt=f"handle {name}",
        receives=receives,
        group=ORDER if isinstance(event, str) else event.subject,
    )


def record(event: Event[Any], number: int, change: str = "INSERT") -> dict[str, Any]:
    """Return a record of the log's stream."""
    return stream_record(event, number=f"{number}", change=change)
