"""Carrier without real parcels, for laptops and test stages; they are rows of shipping's table."""

from datetime import datetime, timedelta
from hashlib import sha256

from events.contracts.checkout import Address, Delivery
from functions.framework.ports import Clock, Record, Records, Resources, Value

PARCELS = "parcels"
KEY_LIFE = timedelta(hours=24)
"""The time for which the sandbox recognises a booking's key; real carriers have such a limit."""

DOUBT = timedelta(hours=1)
"""The uncertain end of a key's life: clocks differ by minutes, and a call takes time. From then on
shipping has to look up the parcel."""


class SandboxCarrier:
    """Books every parcel; a forgotten key books a second one."""

    name = "sandbox"

    def __init__(self, parcels: Records, clock: Clock) -> None:
        self._parcels = parcels
        self._clock = clock

    def recognises(self, requested: datetime) -> bool:
        """Return whether the key of a booking is certainly still recognised."""
        return self._clock() - requested < KEY_LIFE - DOUBT

    def book(self, order: str, to: Address, delivery: Delivery) -> str:
        """Book a parcel, or return the number of the one booked within the key's life."""
        while True:
            booked = self._parcels.get(order)
            if booked and self._is_alive(datetime.fromisoformat(str(booked.values["booked"]))):
                return str(booked.values["tracking"])
            parcels = int(booked.values["parcels"]) + 1 if booked else 1
            tracking = f"SBX{sha256(f'{order}/{parcels}'.encode()).hexdigest()[:12].upper()}"
            values: dict[str, Value] = {
                "tracking": tracking,
                "booked": self._clock().isoformat(),
                "parcels": parcels,
                "delivery": delivery,
            }
            version = booked.version if booked else 0
            if self._parcels.put(Record(key=order, values=values, version=version)):
                return tracking

    def find(self, order: str) -> str | None:
        """Return the tracking number of the order's parcel, or None if none was ever booked."""
        booked = self._parcels.get(order)
        return str(booked.values["tracking"]) if booked else None

    def _is_alive(self, booked: datetime) -> bool:
        return self._clock() - booked < KEY_LIFE


def sandbox(resources: Resources) -> SandboxCarrier:
    """Return the sandbox, on shipping's table."""
    return SandboxCarrier(resources.tables(PARCELS), resources.clock)
