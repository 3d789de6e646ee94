"""`make wire`: many random worlds under moto, and a summary of their faults and violations."""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track

import tests.conftest  # noqa: F401  no real account can be reached
from infra.stage import DEV
from ops.actions.simulate import ENOUGH
from ops.cli.errors import ExitCode
from ops.cli.formats import counted, counted_line
from simulation.invariants.violation import Violation
from tests.faults.deployment import deployment
from tests.faults.injection import DESCRIPTIONS, PORTS, Fault, applicable
from tests.faults.random_world import RandomWorld
from tests.support.assembly import Assembly, synthesize
from tests.support.campaigns import leave, whole
from tests.support.template import Templates
from tests.system.shop import SENDER


def run_random_world(templates: Templates, seed: int) -> tuple[RandomWorld, Violation | None]:
    """Run the world of a seed to its end, or until an invariant does not hold."""
    with deployment(templates) as world:
        run = RandomWorld(world, seed)
        try:
            run.run()
        except Violation as violation:
            return run, violation
        return run, None


def replay_command(seed: int) -> str:
    return f"make wire SEED={seed}"


def campaign(templates: Templates, seeds: Sequence[int], out: Console) -> ExitCode:
    """Run a world for each seed, print each violation at once, and then all that was counted."""
    counts: Counter[str] = Counter()
    faults: Counter[Fault] = Counter()
    pairs: set[tuple[str, Fault]] = set()
    shown = Console(stderr=True)
    for seed in track(seeds, "worlds", console=shown, disable=not shown.is_terminal):
        run, violation = run_random_world(templates, seed)
        counts.update(world=1, order=len(run.world.orders), calls=len(run.world.hook.calls))
        faults.update(one.fault for one in run.injected)
        pairs |= {(one.operation, one.fault) for one in run.injected if one.operation}
        if violation is not None:
            counts["violation"] += 1
            out.print(f"Seed {seed}:", *map(str, run.injected), violation, sep="\n  ", markup=False)
            out.print(f"  Replay it: {replay_command(seed)}")
        if counts["violation"] == ENOUGH:
            break
    worlds, orders, found = (counted(counts[one], one) for one in ("world", "order", "violation"))
    out.print(f"{worlds}, {orders}, {counts['calls']:,} calls of AWS")
    for fault, times in faults.most_common():
        out.print(counted_line(times, f"{fault}: {DESCRIPTIONS[fault]}"))
    possible = sum(len(applicable(operation)) for operation in PORTS)
    out.print(f"{len(pairs)} of {possible} pairs of an operation and a fault occurred.")
    out.print(f"{found}.")
    return ExitCode.FOUND if counts["violation"] else ExitCode.DONE


def main() -> ExitCode:
    parser = argparse.ArgumentParser(prog="make wire")
    parser.add_argument("--seeds", type=whole(1), default=100, help="how many worlds")
    parser.add_argument("--first", type=whole(0), default=0, help="the seed of the first")
    parser.add_argument("--seed", type=whole(0), help="this world alone")
    wanted = parser.parse_args()
    first, worlds = (wanted.first, wanted.seeds) if wanted.seed is None else (wanted.seed, 1)
    out = Console(highlight=False, soft_wrap=True)
    with TemporaryDirectory() as folder:
        synthesize(Path(folder), replace(DEV, sender=SENDER))
        templates = Templates(Assembly(Path(folder)).stacks)
        return campaign(templates, range(first, first + worlds), out)


if __name__ == "__main__":
    leave(main)
