"""A campaign on several cores."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ops.simulation.campaign import Tally, campaign
from ops.simulation.spread import SHARE, spread

SEEDS = range(2 * SHARE + 1)


def test_several_processes_see_together_what_one_sees_alone() -> None:
    alone, together = Tally(), Tally()
    told: list[int] = []

    assert list(campaign(SEEDS, 2, alone)) == []
    seen = spread(SEEDS, 2, together, jobs=2, tell=lambda tally: told.append(tally.worlds))
    assert list(seen) == []

    assert together == alone
    assert told == [SHARE, 2 * SHARE, 2 * SHARE + 1]


@pytest.mark.usefixtures("mistaken")
def test_what_breaks_elsewhere_breaks_here_again() -> None:
    """In threads, since a mistake that is planted in this process is in no other."""
    alone = [one.plan for one in campaign(SEEDS, 10, Tally())]
    found = list(spread(SEEDS, 10, Tally(), jobs=2, pool=ThreadPoolExecutor))

    assert [one.plan for one in found] == alone != []
    assert all(one.violation for one in found)
