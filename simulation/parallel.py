"""A campaign on several cores: each process runs some worlds, and tells what it saw in them."""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from itertools import batched
from multiprocessing import active_children, get_context

from simulation.campaign import Run, Tally, campaign, run
from simulation.scenario import Scenario

SHARE = 10
"""Worlds that a process is given at a time: a second's work, more or less."""

PORTION = 1_000
"""Shares that are handed out at a time: `map` takes in at once all that it is given."""


def run_in_parallel(
    seeds: Sequence[int],
    orders: int,
    tally: Tally,
    *,
    jobs: int,
    pool: Callable[[int], Executor] | None = None,
    tell: Callable[[Tally], None] = lambda _: None,
) -> Iterator[Run]:
    """Run a world for each seed in up to `jobs` processes; yield those that broke an invariant.

    What one process saw of a world another can see again: the scenario is all that it takes. `pool`
    makes what runs them, given how many there may be.
    """
    if jobs == 1 or not seeds[SHARE:]:
        yield from campaign(seeds, orders, tally, tell=tell)
        return
    processes = (pool or _processes)(jobs)
    look = partial(_look, orders=orders)
    shares = batched(seeds, SHARE, strict=False)
    try:
        for portion in batched(shares, PORTION, strict=False):
            for part, found in processes.map(look, portion):
                tally.merge(part)
                tell(tally)
                yield from map(run, found)
    except (KeyboardInterrupt, GeneratorExit):
        # Nobody wants the rest, nor to wait for the shares that are under way.
        for process in active_children():
            process.terminate()
        raise
    finally:
        processes.shutdown(cancel_futures=True)


def _look(seeds: Sequence[int], orders: int) -> tuple[Tally, list[Scenario]]:
    """Return what there was to see, and the plans that broke an invariant."""
    tally = Tally()
    found = [one.scenario for one in campaign(seeds, orders, tally)]
    return tally, found


def _processes(number: int) -> Executor:
    context = get_context("spawn")
    return ProcessPoolExecutor(number, mp_context=context, initializer=_leave_interrupts)


def _leave_interrupts() -> None:
    """Leave Ctrl-C to the process that began it all, which ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
