"""Contracts of checkout: an order was placed."""

from typing import Annotated, ClassVar, Literal

import msgspec

from events.envelope import Fact
from events.money import MinorUnits, Money

MAX_LINES = 50
"""Lines of one order; with the log's item they fit one DynamoDB transaction (100 items)."""

MAX_QUANTITY = 999
"""Pieces of one product in one order."""

Quantity = Annotated[int, msgspec.Meta(ge=1, le=MAX_QUANTITY)]

Delivery = Literal["standard", "express"]
"""The speed of delivery that the customer chose."""

STANDARD: Delivery = "standard"
"""The delivery of an order without a choice."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity of one product; `unit_price` is in minor units, at the time of the order."""

    sku: str
    name: str
    quantity: Quantity
    unit_price: MinorUnits


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """The address of a parcel; `country` is an ISO 3166-1 alpha-2 code."""

    name: str
    street: str
    city: str
    postal_code: str
    country: str


class OrderPlaced(Fact, frozen=True, kw_only=True):
    """A customer placed an order for `lines`; `total` is the amount to pay.

    `payment_token` is the gateway's token for a payment method, never a card number. `fingerprint`
    is a hash of the request; it distinguishes a retry from a different request. `customer` is the
    key of the customer that the order belongs to, null for a guest.
    """

    sources: ClassVar[tuple[str, ...]] = ("checkout",)
    slots: ClassVar[tuple[str, ...]] = ("placed",)
    version: ClassVar[int] = 2
    personal: ClassVar[tuple[str, ...]] = (
        "email",
        "ship_to.name",
        "ship_to.street",
        "ship_to.city",
        "ship_to.postal_code",
        "payment_token",
        "customer",
    )

    lines: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=MAX_LINES)]
    total: Money
    email: str
    ship_to: Address
    payment_token: str
    fingerprint: str
    delivery: Delivery
    customer: str | None = None
