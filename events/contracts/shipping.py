"""What shipping states: the carrier will fetch a parcel."""

from typing import ClassVar

from events.envelope import Fact

DISPATCH = "shipping/dispatch"


class DispatchScheduled(Fact, frozen=True, kw_only=True):
    """The carrier booked the parcel; `reference` is its tracking number."""

    sources: ClassVar[tuple[str, ...]] = ("shipping",)
    slots: ClassVar[tuple[str, ...]] = (DISPATCH,)

    carrier: str
    reference: str
