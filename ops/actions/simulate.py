"""Action of `fanfare simulate`: run many worlds and print their violations."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import batched

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from functions.framework.service import Consumer
from functions.map import CONSUMERS
from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import counted, counted_line
from ops.cli.options import Options
from ops.stage.lookups import consumer_named
from simulation.calls import Call
from simulation.campaign import Rows, Run, Tally, is_blocked, rows_with
from simulation.faults import DESCRIPTIONS, Fault
from simulation.outside import UnknownEffect
from simulation.parallel import run_in_parallel
from simulation.report import replay_command, report
from simulation.shrink import shrink

ENOUGH = 5
"""Violations after which a campaign ends: more would repeat them."""

COLUMNS = 4
"""Calls beside each other in the table of calls and faults, for a terminal of 80 characters."""

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
    aimed: Sequence[str] = (),
    clock: Callable[[], float] = time.monotonic,
) -> ExitCode:
    """Run worlds, print each violation and a summary of all worlds.

    Raises:
        CommandError: there are not enough seeds from the first one on, or no such consumer, or its
            row names no effect, or one that its port does not have.
    """
    if not 0 <= first <= SEEDS - seeds:
        raise CommandError(
            f"Seeds are whole numbers from 0 to {SEEDS - 1} (128 bits), and each world takes the"
            " next one: begin with a lower --seed.",
            ExitCode.USAGE,
        )
    consumers = list(map(_aimed, aimed))
    others = [(each.name, each.package) for each in consumers if each not in CONSUMERS]
    tally = Tally()
    began = clock()
    found: list[Run] = []
    stopped = False
    try:
        with _progress(options, seeds, clock) as progress:
            for run in run_in_parallel(
                range(first, first + seeds),
                orders,
                tally,
                jobs=jobs,
                aimed=frozenset(aimed),
                others=others,
                progress=progress,
            ):
                found.append(run)
                if len(found) == ENOUGH or is_blocked(run):
                    break
    except UnknownEffect as error:
        raise CommandError(f"{error}.", ExitCode.USAGE) from error
    except KeyboardInterrupt:
        options.err.print(f"Stopped after {tally.worlds:,} of {counted(seeds, 'world')}.")
        stopped = True
    speed = tally.orders / max(clock() - began, 1e-9)
    rows = rows_with(others)
    for run in found:
        _print_violation(options, run, rows)
    if options.json:
        options.print_json(_as_json(tally, speed, found))
    else:
        _print_summary(options, tally, speed, found)
        if consumers:
            _print_coverage(options, tally)
    if stopped:
        return ExitCode.INTERRUPTED
    return ExitCode.FOUND if found else ExitCode.DONE


def _print_violation(options: Options, run: Run, rows: Rows) -> None:
    violation = run.violation
    if options.json or violation is None:
        return
    options.out.print(f"Seed {run.scenario.seed}: {violation.sentence}")
    for line in report(shrink(run, rows)):
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


def _print_coverage(options: Options, tally: Tally) -> None:
    """Print how often each call of the consumers met each fault."""
    for calls in batched(sorted(tally.calls), COLUMNS, strict=False):
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("fault")
        for call in calls:
            table.add_column(call, justify="right")
        for fault in DESCRIPTIONS:
            if any(fault in call.faults for call in calls):
                table.add_row(fault, *(_times(tally, call, fault) for call in calls))
        options.out.print(table)


def _aimed(name: str) -> Consumer:
    """Return a consumer whose actions outside can be checked.

    Raises:
        CommandError: there is no such consumer, or its row names no method of its port.
    """
    consumer = consumer_named(name)
    if consumer.adapters and not consumer.effects:
        raise CommandError(
            f"The row of {name} declares no effects, so nothing would check whether it acts twice."
            ' Name the methods of its port that act, such as effects={"print": "order"},'
            f" in {consumer.code_package.replace('.', '/')}/service.py.",
            ExitCode.USAGE,
        )
    return consumer


def _times(tally: Tally, call: Call, fault: Fault) -> str:
    return f"{tally.pairs[call, fault]:,}" if fault in call.faults else ""


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
