"""Carrier port: a parcel is booked once."""

from datetime import datetime
from typing import Protocol

from events.contracts.checkout import Address, Delivery


class CarrierUnavailable(Exception):
    """The carrier gave no answer in time; it may or may not have booked. Try again."""


class Carrier(Protocol):
    """A carrier. Every call may raise `CarrierUnavailable`."""

    name: str

    def recognises(self, requested: datetime) -> bool:
        """Return whether the carrier certainly still recognises the key of a booking.

        `requested` is the time of its first request. Certainly means: even if the clock of that
        time was wrong by minutes, and if the next request reaches the carrier a while later.
        """
        ...

    def book(self, order: str, to: Address, delivery: Delivery) -> str:
        """Book a parcel with the customer's choice of delivery; return its tracking number.

        The order is the idempotency key: as long as the carrier recognises it, a repeated call
        returns the same number.
        """
        ...

    def find(self, order: str) -> str | None:
        """Return the tracking number of the order's parcel, or None if none was ever booked."""
        ...
