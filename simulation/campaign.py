"""A campaign: many worlds, and a tally of their faults and violations."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from functions.framework.service import Consumer, Relay
from functions.map import BUS, CONSUMERS
from functions.runtime.main import find
from simulation.calls import Call
from simulation.faults import Fault
from simulation.invariants.consumers import every_reaction_ends
from simulation.invariants.violation import Violation
from simulation.scenario import Scenario
from simulation.world import World

type Rows = tuple[Sequence[Consumer], Relay]

ROWS: Rows = (CONSUMERS, BUS)


def rows_with(others: Iterable[tuple[str, str | None]]) -> Rows:
    """Return the rows of the map, and those of other consumers by name and package."""
    found = [find(name, package) for name, package in others]
    return (*CONSUMERS, *(each for each in found if isinstance(each, Consumer))), BUS


@dataclass(frozen=True, kw_only=True)
class Run:
    """One world that was run, and its violation, if any."""

    scenario: Scenario
    world: World
    violation: Violation | None


def is_blocked(run: Run) -> bool:
    """Return whether a run was ended because a reaction did not come back."""
    return run.violation is not None and run.violation.name == every_reaction_ends.__name__


@dataclass(kw_only=True)
class Tally:
    """The counts of a campaign so far; pairs are a call of a port and a fault that it met."""

    worlds: int = 0
    orders: int = 0
    steps: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)
    pairs: Counter[tuple[str, Fault]] = field(default_factory=Counter)
    calls: Counter[Call] = field(default_factory=Counter)
    mails_again: int = 0

    def add(self, run: Run) -> None:
        """Add one world."""
        self.worlds += 1
        self.orders += len(run.scenario.present)
        self.steps += run.world.scheduler.steps
        self.calls += run.world.scheduler.calls
        self.mails_again += sum(sent - 1 for sent in run.world.shop.mails.values())
        aimed = run.scenario.aimed
        self.faults.update(one.fault for one in run.world.scheduler.consequences)
        for fault in run.world.scheduler.injected.values():
            self.faults[fault.fault] += 1
            if fault.call and (not aimed or fault.target.partition(" ")[0] in aimed):
                self.pairs[fault.call, fault.fault] += 1

    def merge(self, other: "Tally") -> None:
        """Add another tally."""
        self.worlds += other.worlds
        self.orders += other.orders
        self.steps += other.steps
        self.mails_again += other.mails_again
        self.faults += other.faults
        self.pairs += other.pairs
        self.calls += other.calls

    @property
    def coverage(self) -> tuple[int, int]:
        """Return how many pairs of call and fault occurred, and how many can occur."""
        return len(self.pairs), sum(len(call.faults) for call in self.calls)

    @property
    def missed(self) -> tuple[tuple[str, Fault], ...]:
        """Return the pairs that did not occur."""
        return tuple(
            (call, fault)
            for call in sorted(self.calls)
            for fault in call.faults
            if (call, fault) not in self.pairs
        )


def run(scenario: Scenario, rows: Rows = ROWS) -> Run:
    """Run one world to its end, or until an invariant does not hold."""
    consumers, relay = rows
    world = World(scenario, consumers=consumers, relay=relay)
    violation = None
    try:
        world.run()
    except Violation as found:
        violation = found
    return Run(scenario=scenario, world=world, violation=violation)


def campaign(
    seeds: Sequence[int],
    orders: int,
    tally: Tally,
    *,
    aimed: frozenset[str] = frozenset(),
    rows: Rows = ROWS,
    progress: Callable[[Tally], None] = lambda _: None,
) -> Iterator[Run]:
    """Run a world for each seed, and yield those in which an invariant does not hold.

    Bad luck is aimed at the consumers in `aimed`, if any. `progress` is called with the tally after
    each world. A reaction that blocks ends the campaign, since each world would take seconds.
    """
    for seed in seeds:
        with _without_garbage_collection():
            one = run(Scenario(seed=seed, orders=orders, aimed=aimed), rows)
            tally.add(one)
            if one.violation is None:
                one.world.forget()
        progress(tally)
        if one.violation is not None:
            yield one
            if is_blocked(one):
                return


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Disable garbage collection while a world runs: it makes little garbage before its end."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
