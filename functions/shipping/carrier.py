"""The carrier port: a parcel is booked once."""

from datetime import datetime
from typing import Protocol

from events.contracts.checkout import Address, Delivery


class CarrierUnavailable(Exception):
    """The carrier did not answer, or not in time; whether it booked is not known. Try again."""


class Carrier(Protocol):
    """What shipping asks of a carrier. Every call may raise `CarrierUnavailable`."""

    name: str

    def remembers(self, asked: datetime) -> bool:
        """Tell whether the key of a booking first asked for then is surely still recognised.

        Surely: also if that time was told by a clock that is wrong by minutes, and if the booking
        that is asked for now comes a while later.
        """
        ...

    def book(self, order: str, to: Address, delivery: Delivery) -> str:
        """Book a parcel, to go as the customer chose, and return its tracking number.

        The order is the idempotency key: as long as the carrier remembers it, a repetition gives
        the same number.
        """
        ...

    def find(self, order: str) -> str | None:
        """Return the tracking number of the order's parcel, if one was ever booked."""
        ...
