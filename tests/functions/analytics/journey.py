"""Journey of analytics: an event of a day that was summed up already."""

from datetime import timedelta
from unittest.mock import patch

from functions.analytics import daily_sums
from functions.analytics.service import SERVICE as ANALYTICS
from tests.iam.walk import Walk

DAYS = 14
"""The days that are summed up here; each day of the usual quarter would cost some queries."""


@patch.object(daily_sums, "LONGEST", DAYS)
def journey(walk: Walk) -> None:
    with walk.paused(ANALYTICS):
        walk.order("dispatched")
        walk.world.settle()
        walk.clock.shift(timedelta(days=3))
        walk.world.tick(ANALYTICS.name)
    walk.world.settle()
    walk.world.tick(ANALYTICS.name)
