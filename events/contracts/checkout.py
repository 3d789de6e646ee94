"""What checkout states: an order was placed."""

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
"""How fast the parcel is to go, as the customer chose."""

STANDARD: Delivery = "standard"
"""What is delivered to those who do not choose."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """So many pieces of a product, at the price of the moment of ordering."""

    sku: str
    name: str
    quantity: Quantity
    unit_price: MinorUnits


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a parcel goes; `country` is ISO 3166-1 alpha-2."""

    name: str
    street: str
    city: str
    postal_code: str
    country: str


class OrderPlaced(Fact, frozen=True, kw_only=True):
    """A customer ordered `lines` for `total`.

    `payment_token` stands for a payment method at the gateway, never a card number; `fingerprint`
    is a hash of the request, by which a repetition is told from another request. `customer` is the
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
