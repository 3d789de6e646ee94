"""Action of `fanfare simulate`: run many worlds and print their violations."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import counted, counted_line
from ops.cli.options import Options
from simulation.campaign import Run, Tally
from simulation.faults import DESCRIPTIONS
from simulation.parallel import run_in_parallel
from simulation.report import replay_command, report
from simulation.shrink import shrink

ENOUGH = 5
"""Violations after which a campaign ends: more would repeat them."""

SEEDS = 1 << 128
"""The number of seeds: they are numbered from 0."""

type OnProgress = Callable[[Tally], None]


def simulate(
    options: Options,
    *,
    seeds: int,
    orders: int,
    first: int,
    jobs: int,
    clock: Callable[[], float] = time.monotonic,
) -> ExitCode:
    """Run worlds, print each violation and a summary of all worlds.

    Raises:
        CommandError: there are not enough seeds from the first one on.
    """
    if not 0 <= first <= SEEDS - seeds:
        raise CommandError(
            f"Seeds are whole numbers from 0 to {SEEDS - 1} (128 bits), and each world takes the"
            " next one: begin with a lower --seed.",
            ExitCode.USAGE,
        )
    tally = Tally()
    began = clock()
    found: list[Run] = []
    stopped = False
    try:
        with _progress(options, seeds, clock) as progress:
            for run in run_in_parallel(
                range(first, first + seeds), orders, tally, jobs=jobs, progress=progress
            ):
                found.append(run)
                if len(found) == ENOUGH:
                    break
    except KeyboardInterrupt:
        options.err.print(f"Stopped after {tally.worlds:,} of {counted(seeds, 'world')}.")
        stopped = True
    speed = tally.orders / max(clock() - began, 1e-9)
    for run in found:
        _print_violation(options, run)
    if options.json:
        options.print_json(_as_json(tally, speed, found))
    else:
        _print_summary(options, tally, speed, found)
    if stopped:
        return ExitCode.INTERRUPTED
    return ExitCode.FOUND if found else ExitCode.DONE


def _print_violation(options: Options, run: Run) -> None:
    violation = run.violation
    if options.json or violation is None:
        return
    options.out.print(f"Seed {run.scenario.seed}: {violation.sentence}")
    for line in report(shrink(run)):
        options.out.print(line)
    options.out.print(f"  Replay it: {replay_command(run)}")


def _print_summary(options: Options, tally: Tally, speed: float, found: list[Run]) -> None:
    options.out.print(
        f"{counted(tally.worlds, 'world')}, {counted(tally.orders, 'order')},"
        f" {tally.steps:,} steps, {speed:,.0f} orders a second"
    )
    for fault, times in tally.faults.most_common():
        options.out.print(counted_line(times, f"{fault}: {DESCRIPTIONS[fault]}"))
    mails = counted(tally.mails_again, "mail")
    options.out.print(f"{mails} sent again, where a fault fell between sending and slot.")
    met, there = tally.coverage
    options.out.print(f"{met} of {there} pairs of a call and a fault occurred.")
    if 0 < there - met <= ENOUGH:
        missing = ", ".join(f"{call} x {fault}" for call, fault in tally.missed)
        options.out.print(f"  Missing: {missing}")
    options.out.print(f"{counted(len(found), 'violation')}.")


def _as_json(tally: Tally, speed: float, found: list[Run]) -> dict[str, object]:
    met, there = tally.coverage
    return {
        "worlds": tally.worlds,
        "orders": tally.orders,
        "steps": tally.steps,
        "orders_per_second": round(speed),
        "faults": dict(sorted(tally.faults.items())),
        "mails_again": tally.mails_again,
        "pairs": met,
        "of_pairs": there,
        "violations": [
            {
                "seed": run.scenario.seed,
                "invariant": run.violation.name,
                "about": str(run.violation),
            }
            for run in found
            if run.violation is not None
        ],
    }


@contextmanager
def _progress(options: Options, seeds: int, clock: Callable[[], float]) -> Iterator[OnProgress]:
    """Yield a function that takes the tally after each world: a bar on a terminal, else nothing."""
    if not options.err.is_terminal or options.json:
        yield lambda _: None
        return
    columns = (
        TextColumn("  worlds"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}  {task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    began = clock()
    with Progress(*columns, console=options.err, transient=True) as bar:
        task = bar.add_task("worlds", total=seeds, speed="")

        def progress(tally: Tally) -> None:
            speed = tally.orders / max(clock() - began, 1e-9)
            bar.update(task, completed=tally.worlds, speed=f"{speed:,.0f} orders/s")

        yield progress
