"""A campaign: world after world, and what there was to see in them."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from functions.framework.service import Consumer, Relay
from functions.map import BUS, CONSUMERS
from simulation.faults import Fault, possible
from simulation.invariants.violation import Violation
from simulation.scenario import Scenario
from simulation.world import World

type Rows = tuple[Sequence[Consumer], Relay]

ROWS: Rows = (CONSUMERS, BUS)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One world that was run, and what was wrong with it, if anything was."""

    scenario: Scenario
    world: World
    violation: Violation | None


@dataclass(kw_only=True)
class Tally:
    """What a campaign has seen so far; pairs are a call of a port and a fault that it met."""

    worlds: int = 0
    orders: int = 0
    steps: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)
    pairs: Counter[tuple[str, Fault]] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    mails_again: int = 0

    def add(self, run: Run) -> None:
        """Count one world more."""
        self.worlds += 1
        self.orders += len(run.scenario.present)
        self.steps += run.world.engine.steps
        self.calls += run.world.engine.tried
        self.mails_again += sum(sent - 1 for sent in run.world.shop.mails.values())
        self.faults.update(noted.fault for noted in run.world.engine.noted)
        for fired in run.world.engine.fired.values():
            self.faults[fired.fault] += 1
            if fired.call:
                self.pairs[fired.call, fired.fault] += 1

    def merge(self, other: "Tally") -> None:
        """Count what another has counted."""
        self.worlds += other.worlds
        self.orders += other.orders
        self.steps += other.steps
        self.mails_again += other.mails_again
        self.faults += other.faults
        self.pairs += other.pairs
        self.calls += other.calls

    @property
    def coverage(self) -> tuple[int, int]:
        """Return how many pairs of call and fault there were, and how many there can be."""
        return len(self.pairs), sum(len(possible(call)) for call in self.calls)

    @property
    def missed(self) -> tuple[tuple[str, Fault], ...]:
        """Return the pairs that never were."""
        return tuple(
            (call, fault)
            for call in sorted(self.calls)
            for fault in possible(call)
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
    rows: Rows = ROWS,
    tell: Callable[[Tally], None] = lambda _: None,
) -> Iterator[Run]:
    """Run a world for each seed, and yield those in which an invariant does not hold."""
    for seed in seeds:
        with _uncollected():
            one = run(Scenario(seed=seed, orders=orders), rows)
            tally.add(one)
            if one.violation is None:
                one.world.forget()
        tell(tally)
        if one.violation is not None:
            yield one


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage while a world goes on: there is little until it is over."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
