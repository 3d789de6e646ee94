"""Journey of payment: a refund of what was sold out after the capture."""

from functions.inventory.service import SERVICE as INVENTORY
from tests.iam.walk import Walk
from tests.system.shop import SOLD_OUT


def journey(walk: Walk) -> None:
    with walk.paused(INVENTORY):  # until the payment is captured
        walk.order("cancelled", sku=SOLD_OUT)
        walk.world.settle()
