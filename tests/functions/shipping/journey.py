"""Journey of shipping: a parcel after the carrier's key has expired."""

from datetime import timedelta

from functions.shipping.service import SERVICE as SHIPPING
from tests.iam.walk import Walk


def journey(walk: Walk) -> None:
    with walk.paused(SHIPPING):
        walk.order("dispatched")
        walk.world.settle()
        walk.clock.shift(timedelta(days=3))
