"""Contracts of shipping: the carrier booked a parcel."""

from typing import ClassVar

from events.envelope import Fact

DISPATCH = "shipping/dispatch"


class DispatchScheduled(Fact, frozen=True, kw_only=True):
    """The carrier booked the order's parcel; `reference` is its tracking number."""

    sources: ClassVar[tuple[str, ...]] = ("shipping",)
    slots: ClassVar[tuple[str, ...]] = (DISPATCH,)

    carrier: str
    reference: str
