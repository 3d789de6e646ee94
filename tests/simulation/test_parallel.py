"""A campaign on several cores."""

import signal
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import active_children
from multiprocessing.process import BaseProcess

import pytest

from simulation.campaign import Tally, campaign
from simulation.parallel import SHARE, run_in_parallel

SEEDS = range(2 * SHARE + 1)


def test_several_processes_together_return_the_tally_of_one() -> None:
    alone, together = Tally(), Tally()
    worlds: list[int] = []

    assert list(campaign(SEEDS, 2, alone)) == []
    seen = run_in_parallel(
        SEEDS, 2, together, jobs=2, progress=lambda tally: worlds.append(tally.worlds)
    )
    assert list(seen) == []

    assert together == alone
    assert worlds == [SHARE, 2 * SHARE, 2 * SHARE + 1]


@pytest.mark.usefixtures("buggy_rules")
def test_a_violation_in_another_thread_is_reproduced() -> None:
    """In threads, since a bug that is seeded in this process is in no other."""
    alone = [one.scenario for one in campaign(SEEDS, 10, Tally())]
    found = list(run_in_parallel(SEEDS, 10, Tally(), jobs=2, pool=ThreadPoolExecutor))

    assert [one.scenario for one in found] == alone != []
    assert all(one.violation for one in found)


def test_an_interrupt_waits_for_no_process_and_leaves_none() -> None:
    working: list[BaseProcess] = []

    def stop(_: Tally) -> None:
        working.extend(active_children())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run_in_parallel(SEEDS, 2, Tally(), jobs=2, progress=stop))

    assert {process.exitcode for process in working} == {-signal.SIGTERM}
    assert active_children() == []
