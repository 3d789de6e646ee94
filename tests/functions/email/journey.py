"""Journey of email: an order that is dispatched."""

from tests.iam.walk import Walk


def journey(walk: Walk) -> None:
    walk.order("dispatched")
