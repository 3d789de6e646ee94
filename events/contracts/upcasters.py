"""The contracts of earlier versions, and how what they say is said today.

A log keeps its events for ever as they were written. One of an earlier version is read by the
contract of then, and lifted version by version to the contract of today. This module is imported
when the first such event is met, so that it costs nobody else a start.
"""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, NamedTuple

import msgspec

from events.contracts.checkout import MAX_LINES, STANDARD, Address, Line, OrderPlaced
from events.envelope import Fact
from events.money import Money


class Earlier(NamedTuple):
    """A contract as it was, and a pure function from its facts to those of the next version."""

    contract: type[Fact]
    upcast: Callable[[Any], Fact]


class OrderPlaced1(Fact, frozen=True, kw_only=True):
    """`OrderPlaced` before the customer chose the delivery."""

    sources: ClassVar[tuple[str, ...]] = ("checkout",)
    slots: ClassVar[tuple[str, ...]] = ("placed",)
    version: ClassVar[int] = 1

    lines: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=MAX_LINES)]
    total: Money
    email: str
    ship_to: Address
    payment_token: str
    fingerprint: str


def _with_delivery(old: OrderPlaced1) -> OrderPlaced:
    """All parcels went by standard delivery, and all customers were guests."""
    return OrderPlaced(
        lines=old.lines,
        total=old.total,
        email=old.email,
        ship_to=old.ship_to,
        payment_token=old.payment_token,
        fingerprint=old.fingerprint,
        delivery=STANDARD,
    )


EARLIER: dict[str, tuple[Earlier, ...]] = {
    "OrderPlaced": (Earlier(OrderPlaced1, _with_delivery),),
}
"""By type, each version before today's, the first one first: version n is at n - 1."""


def contract_of(name: str, version: int) -> type[Fact] | None:
    """Return the contract of a type in an earlier version, if it was kept."""
    known = EARLIER.get(name, ())
    return known[version - 1].contract if version <= len(known) else None


def lift(name: str, fact: Fact) -> Fact:
    """Return today's form of a fact of an earlier version, by way of all versions in between."""
    for step in EARLIER[name][fact.version - 1 :]:
        fact = step.upcast(fact)
    return fact
