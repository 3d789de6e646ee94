"""A campaign on several cores: each process runs some worlds and returns its tally."""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from itertools import batched
from multiprocessing import active_children, get_context

from simulation.campaign import ROWS, Run, Tally, campaign, rows_with, run
from simulation.scenario import Scenario

SHARE = 10
"""Worlds that a process is given at a time: about a second's work."""

PORTION = 1_000
"""Shares that are submitted at a time: `map` reads its whole input at once."""


def run_in_parallel(
    seeds: Sequence[int],
    orders: int,
    tally: Tally,
    *,
    jobs: int,
    aimed: frozenset[str] = frozenset(),
    others: Sequence[tuple[str, str | None]] = (),
    pool: Callable[[int], Executor] | None = None,
    progress: Callable[[Tally], None] = lambda _: None,
) -> Iterator[Run]:
    """Run a world for each seed in up to `jobs` processes; yield those that broke an invariant.

    A process returns only scenarios, and this one runs them again. `pool` makes the executor, given
    the number of processes. `aimed` names the consumers that bad luck is aimed at, `others` has the
    name and package of each that is not in the map.
    """
    rows = rows_with(others) if others else ROWS
    if jobs == 1 or not seeds[SHARE:]:
        yield from campaign(seeds, orders, tally, aimed=aimed, rows=rows, progress=progress)
        return
    processes = (pool or _processes)(jobs)
    run_share = partial(_run_share, orders=orders, aimed=aimed, others=others)
    shares = batched(seeds, SHARE, strict=False)
    try:
        for portion in batched(shares, PORTION, strict=False):
            for part, found in processes.map(run_share, portion):
                tally.merge(part)
                progress(tally)
                yield from (run(scenario, rows) for scenario in found)
    except (KeyboardInterrupt, GeneratorExit):
        # The shares that are under way are not needed any more.
        for process in active_children():
            process.terminate()
        raise
    finally:
        processes.shutdown(cancel_futures=True)


def _run_share(
    seeds: Sequence[int],
    orders: int,
    aimed: frozenset[str],
    others: Sequence[tuple[str, str | None]],
) -> tuple[Tally, list[Scenario]]:
    """Return the tally of some worlds, and the scenarios that broke an invariant."""
    tally = Tally()
    rows = rows_with(others) if others else ROWS
    found = [one.scenario for one in campaign(seeds, orders, tally, aimed=aimed, rows=rows)]
    return tally, found


def _processes(number: int) -> Executor:
    context = get_context("spawn")
    return ProcessPoolExecutor(number, mp_context=context, initializer=_ignore_interrupts)


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the parent process, which ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
