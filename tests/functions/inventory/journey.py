"""Journey of inventory: an order that was cancelled before it was delivered."""

from tests.iam.walk import Walk


def journey(walk: Walk) -> None:
    order = walk.order("cancelled")
    assert walk.shop.cancel(*order).status == 200
