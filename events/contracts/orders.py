"""What the orders projection states: an order has waited too long for its outcome."""

from typing import ClassVar

from events.envelope import Fact


class OrderStalled(Fact, frozen=True, kw_only=True):
    """No outcome after `waited_seconds`; the slot is counted (`stalled/1`)."""

    sources: ClassVar[tuple[str, ...]] = ("orders",)
    slots: ClassVar[tuple[str, ...]] = ("stalled",)

    waited_seconds: int
