"""What ordering states: the order's outcome, one of two, once."""

from typing import ClassVar, Literal

from events.envelope import Fact

OUTCOME = "outcome"

Reason = Literal["customer", "payment-declined", "out-of-stock", "stalled"]
"""Why an order was cancelled."""


class OrderConfirmed(Fact, frozen=True, kw_only=True):
    """Paid and reserved: the shop will deliver."""

    sources: ClassVar[tuple[str, ...]] = ("ordering",)
    slots: ClassVar[tuple[str, ...]] = (OUTCOME,)


class OrderCancelled(Fact, frozen=True, kw_only=True):
    """The order ended without delivery; checkout states it when the customer asked."""

    sources: ClassVar[tuple[str, ...]] = ("ordering", "checkout")
    slots: ClassVar[tuple[str, ...]] = (OUTCOME,)

    reason: Reason
