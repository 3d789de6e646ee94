"""Upcasters: the contracts of earlier versions, and a pure function from each to the next.

The log keeps its events for ever as they were written. An event of an earlier version is decoded by
the contract of its version and upcast, version by version, to the current one. This module is
imported when the first such event is read, so it does not slow down other cold starts.
"""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, NamedTuple

import msgspec

from events.contracts.checkout import MAX_LINES, STANDARD, Address, Line, OrderPlaced
from events.envelope import Fact
from events.money import Money


class Upcaster(NamedTuple):
    """The contract of an earlier version, and a pure function from its facts to the next one's."""

    contract: type[Fact]
    upcast: Callable[[Any], Fact]


class OrderPlaced1(Fact, frozen=True, kw_only=True):
    """`OrderPlaced` before it had a delivery and a customer; see the current version."""

    sources: ClassVar[tuple[str, ...]] = ("checkout",)
    slots: ClassVar[tuple[str, ...]] = ("placed",)
    version: ClassVar[int] = 1

    lines: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=MAX_LINES)]
    total: Money
    email: str
    ship_to: Address
    payment_token: str
    fingerprint: str


def _to_version_2(old: OrderPlaced1) -> OrderPlaced:
    """At version 1 all parcels went by standard delivery, and all customers were guests."""
    return OrderPlaced(
        lines=old.lines,
        total=old.total,
        email=old.email,
        ship_to=old.ship_to,
        payment_token=old.payment_token,
        fingerprint=old.fingerprint,
        delivery=STANDARD,
    )


UPCASTERS: dict[str, tuple[Upcaster, ...]] = {
    "OrderPlaced": (Upcaster(OrderPlaced1, _to_version_2),),
}
"""By type, one for each earlier version, in ascending order: version n is at n - 1."""


def contract_of(name: str, version: int) -> type[Fact] | None:
    """Return the contract of an earlier version of a type, or None."""
    known = UPCASTERS.get(name, ())
    return known[version - 1].contract if version <= len(known) else None


def upcast(name: str, fact: Fact) -> Fact:
    """Return a fact of an earlier version in the current one, upcast version by version."""
    for step in UPCASTERS[name][fact.version - 1 :]:
        fact = step.upcast(fact)
    return fact
