"""`make wire`: many random worlds under moto, and a summary of their faults and violations."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track

import tests.conftest  # noqa: F401  no real account can be reached
from infra.stage import DEV
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

ENOUGH = 5
"""Violations after which a campaign ends: more would repeat them."""


@dataclass
class Tally:
    """The counts of a campaign; pairs are an operation and a fault that it met."""

    worlds: int = 0
    orders: int = 0
    calls: int = 0
    found: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)
    pairs: set[tuple[str, Fault]] = field(default_factory=set)

    def add(self, run: RandomWorld) -> None:
        """Add one world."""
        self.worlds += 1
        self.orders += len(run.world.orders)
        self.calls += len(run.world.hook.calls)
        for fault in run.injected:
            self.faults[fault.fault] += 1
            if not isinstance(fault.target, str):
                self.pairs.add((fault.target.operation, fault.fault))


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
    """Return the command that replays a world."""
    return f"make wire SEED={seed}"


def campaign(templates: Templates, seeds: Sequence[int], out: Console) -> Tally:
    """Run a world for each seed, and print each violation."""
    tally = Tally()
    shown = Console(stderr=True)
    for seed in track(seeds, "worlds", console=shown, disable=not shown.is_terminal):
        run, violation = run_random_world(templates, seed)
        tally.add(run)
        if violation is not None:
            tally.found += 1
            out.print(f"Seed {seed}:", *run.injected, violation, sep="\n  ", markup=False)
            out.print(f"  Replay it: {replay_command(seed)}")
        if tally.found == ENOUGH:
            break
    return tally


def print_summary(tally: Tally, out: Console) -> None:
    """Print the tally."""
    worlds, orders = counted(tally.worlds, "world"), counted(tally.orders, "order")
    out.print(f"{worlds}, {orders}, {tally.calls:,} calls of AWS")
    for fault, times in tally.faults.most_common():
        out.print(counted_line(times, f"{fault}: {DESCRIPTIONS[fault]}"))
    there = {(operation, fault) for operation in PORTS for fault in applicable(operation)}
    out.print(f"{len(tally.pairs)} of {len(there)} pairs of an operation and a fault occurred.")
    out.print(f"{counted(tally.found, 'violation')}.")


def main(arguments: Sequence[str]) -> ExitCode:
    """Run the command; each violation is printed at once, so an interrupt loses none."""
    parser = argparse.ArgumentParser(prog="make wire")
    parser.add_argument("--seeds", type=whole(1), default=100, help="how many worlds")
    parser.add_argument("--first", type=whole(0), default=0, help="the seed of the first")
    parser.add_argument("--seed", type=whole(0), help="this world alone")
    wanted = parser.parse_args(arguments)
    first, worlds = (wanted.first, wanted.seeds) if wanted.seed is None else (wanted.seed, 1)
    out = Console(highlight=False, soft_wrap=True)
    with TemporaryDirectory() as folder:
        synthesize(Path(folder), replace(DEV, sender=SENDER))
        templates = Templates(Assembly(Path(folder)).stacks)
        tally = campaign(templates, range(first, first + worlds), out)
    print_summary(tally, out)
    return ExitCode.FOUND if tally.found else ExitCode.DONE


if __name__ == "__main__":
    leave(lambda: main(sys.argv[1:]))
