"""Contracts of ordering: the order's outcome, once: confirmed or cancelled."""

from typing import ClassVar, Literal

from events.envelope import Fact

OUTCOME = "outcome"

Reason = Literal["customer", "payment-declined", "out-of-stock", "stalled"]
"""The reason of a cancellation."""


class OrderConfirmed(Fact, frozen=True, kw_only=True):
    """The order is paid and its stock reserved: the shop will deliver."""

    sources: ClassVar[tuple[str, ...]] = ("ordering",)
    slots: ClassVar[tuple[str, ...]] = (OUTCOME,)


class OrderCancelled(Fact, frozen=True, kw_only=True):
    """The order was cancelled before delivery; checkout publishes it if the customer cancelled."""

    sources: ClassVar[tuple[str, ...]] = ("ordering", "checkout")
    slots: ClassVar[tuple[str, ...]] = (OUTCOME,)

    reason: Reason
