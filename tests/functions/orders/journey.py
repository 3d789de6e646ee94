"""Journey of the list: an order that stalls."""

from functions.orders.check import STALLED_AFTER
from functions.orders.service import SERVICE as ORDERS
from functions.payment.service import SERVICE as PAYMENT
from tests.iam.walk import Walk


def journey(walk: Walk) -> None:
    with walk.paused(PAYMENT):  # until the order is stalled
        walk.order("cancelled")
        walk.world.settle()
        walk.clock.shift(STALLED_AFTER)
        walk.world.tick(ORDERS.name)
