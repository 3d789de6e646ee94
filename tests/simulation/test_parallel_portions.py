"""A campaign of more worlds than there is memory for."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from simulation.campaign import Tally
from simulation.parallel import PORTION, SHARE, run_in_parallel


class Counted(ThreadPoolExecutor):
    """Takes no more than one portion."""

    taken = 0

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        self.taken += 1
        assert self.taken <= PORTION
        return super().submit(fn, *args, **kwargs)


def test_a_campaign_without_end_begins_all_the_same() -> None:
    def stop(_: Tally) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run_in_parallel(range(1 << 128), 1, Tally(), jobs=2, pool=Counted, progress=stop))


def test_every_portion_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.parallel.PORTION", 2)
    told: list[int] = []

    seen = run_in_parallel(
        range(4 * SHARE + 1),
        1,
        Tally(),
        jobs=2,
        pool=ThreadPoolExecutor,
        progress=lambda tally: told.append(tally.worlds),
    )
    assert list(seen) == []

    assert told == [SHARE, 2 * SHARE, 3 * SHARE, 4 * SHARE, 4 * SHARE + 1]
