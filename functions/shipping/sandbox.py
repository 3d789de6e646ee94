"""A carrier without lorries, for laptops and test stages; its parcels are a table of shipping's."""

from datetime import datetime, timedelta
from hashlib import sha256

from events.contracts.checkout import Address, Delivery
from functions.framework.ports import Clock, Record, Records, Resources, Value

PARCELS = "parcels"
KEY_LIFE = timedelta(hours=24)
"""How long the sandbox recognises a booking's key, as real carriers and gateways do."""

DOUBT = timedelta(hours=1)
"""Near its end nobody can be sure of a key's life: clocks differ by minutes, and a call takes time.
Who asks that late is told to look for the parcel."""


class SandboxCarrier:
    """Books every parcel; a key that it has forgotten books a second one."""

    name = "sandbox"

    def __init__(self, parcels: Records, clock: Clock) -> None:
        """Take the table of parcels and the time."""
        self._parcels = parcels
        self._clock = clock

    def remembers(self, asked: datetime) -> bool:
        """Tell whether the key of a booking first asked for then is surely still recognised."""
        return self._clock() - asked < KEY_LIFE - DOUBT

    def book(self, order: str, to: Address, delivery: Delivery) -> str:
        """Book a parcel, or return the number of the one booked within the key's life."""
        while True:
            booked = self._parcels.get(order)
            if booked and self._recognises(datetime.fromisoformat(str(booked.values["booked"]))):
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
        """Return the tracking number of the order's parcel, if one was ever booked."""
        booked = self._parcels.get(order)
        return str(booked.values["tracking"]) if booked else None

    def _recognises(self, booked: datetime) -> bool:
        return self._clock() - booked < KEY_LIFE


def sandbox(resources: Resources) -> SandboxCarrier:
    """Return the sandbox on shipping's own table."""
    return SandboxCarrier(resources.tables(PARCELS), resources.clock)
