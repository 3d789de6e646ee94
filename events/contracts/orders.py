"""Contracts of the orders projection: an order has waited too long for its outcome."""

from typing import ClassVar

from events.envelope import Fact


class OrderStalled(Fact, frozen=True, kw_only=True):
    """The order has had no outcome for `waited_seconds`; its slots are numbered (`stalled/1`)."""

    sources: ClassVar[tuple[str, ...]] = ("orders",)
    slots: ClassVar[tuple[str, ...]] = ("stalled",)

    waited_seconds: int
