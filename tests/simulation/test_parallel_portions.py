"""A campaign of more worlds than fit into memory."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from simulation.campaign import Tally
from simulation.parallel import PORTION, SHARE, run_in_parallel


class Counted(ThreadPoolExecutor):
    """Accepts one portion at most."""

    taken = 0

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        self.taken += 1
        assert self.taken <= PORTION
        return super().submit(fn, *args, **kwargs)


def test_an_endless_campaign_starts() -> None:
    def stop(_: Tally) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run_in_parallel(range(1 << 128), 1, Tally(), jobs=2, pool=Counted, progress=stop))


def test_every_portion_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.parallel.PORTION", 2)
    worlds: list[int] = []

    seen = run_in_parallel(
        range(4 * SHARE + 1),
        1,
        Tally(),
        jobs=2,
        pool=ThreadPoolExecutor,
        progress=lambda tally: worlds.append(tally.worlds),
    )
    assert list(seen) == []

    assert worlds == [SHARE, 2 * SHARE, 3 * SHARE, 4 * SHARE, 4 * SHARE + 1]
