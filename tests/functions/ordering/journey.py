"""Journey of ordering: an order whose payment was declined."""

from tests.iam.walk import Walk


def journey(walk: Walk) -> None:
    walk.order("cancelled", token=walk.declined)
