"""Figures equal a recount of the log under faults: hundreds of schedules, each from a seed.

Events are delivered late, twice, in any order and again after their day was summed up; workers
crash before, in and after each put; several runs of the chore are interleaved call by call and
crash anywhere; calls take effect after their caller crashed; clocks differ by an hour.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.envelope import Event
from events.history import History
from functions.analytics import daily_sums, table
from functions.analytics.daily_sums import sum_closed_days
from functions.analytics.figures import figures
from functions.analytics.table import day_of, last_closed, marked_days
from functions.framework.ports import Resources
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.memory.tables import MemoryTables
from simulation.stepped_ports import SteppedRows
from testkit.builders import Clock
from tests.support.counting import deliver, order, recount, rows_for, sum_up
from tests.support.interleave import DEATHS, Worker

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
SKEWS = [timedelta(hours=hours) for hours in (-1, 0, 0, 1)]
ON_ITS_WAY = timedelta(hours=20)
"""The longest time of a put: with clocks one hour apart it stays below a day."""

DAYS = 6
STEPS = 120


@dataclass
class Run:
    """A worker, the calls that still take effect after its crash, and its start."""

    begun: datetime
    late: list[Callable[[], object]] = field(default_factory=list)
    worker: Worker = field(init=False)

    def start(self, work: Callable[[Worker], object]) -> "Run":
        self.worker = Worker(work, self.late)
        return self

    def finish(self) -> None:
        """Run the worker to its end, and its late calls."""
        while not self.worker.done:
            self.worker.step()
        while self.late:
            self.late.pop()()
        assert self.worker.error is None, self.worker.error


class World:
    """Orders of several days, their deliveries, and runs of the chore."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.rows = MemoryRows()
        self.clock = Clock(BEGIN + timedelta(days=3))
        self.histories = [self.make_order(f"ORDER{number}") for number in range(6)]
        self.begun: dict[str, tuple[Event[Any], History]] = {}
        self.acknowledged: set[str] = set()
        self.deliveries: list[Run] = []
        self.chores: list[Run] = []

    def make_order(self, name: str) -> History:
        at = BEGIN + timedelta(hours=self.random.randrange(2 * 24))
        after = timedelta(hours=self.random.choice([0, 1, 24]))
        ends = self.random.choice((True, True, "customer", "out-of-stock", False))
        return order(name, at, ends=ends, after=after)  # type: ignore[arg-type]  # reasons, these

    def skewed_now(self) -> datetime:
        return self.clock.now + self.random.choice(SKEWS)

    def deliver(self) -> None:
        """Begin to handle an event, perhaps again."""
        soon = self.clock.now + timedelta(days=1)
        known = [(e, h) for h in self.histories for e in h if e.time <= soon]
        if not known:
            return
        event, history = self.random.choice(known)
        self.begun[event.id] = (event, history)
        rows = rows_for(event, history, self.skewed_now())

        def keep(_: Worker) -> None:
            stepped = SteppedRows(self.rows)
            for row in rows:
                stepped.put(row)
            self.acknowledged.add(event.id)

        self.deliveries.append(Run(begun=self.clock.now).start(keep))

    def begin_chore(self) -> None:
        clock = Clock(self.skewed_now())

        def run(_: Worker) -> None:
            stepped = SteppedRows(self.rows)
            given = Resources(tables=MemoryTables(), rows=lambda _: stepped, clock=clock)
            list(sum_closed_days(MemoryLog(), given))

        self.chores.append(Run(begun=self.clock.now).start(run))

    def step(self) -> None:
        """Let one worker make some calls, or crash at one of them."""
        living = [run for run in self.deliveries + self.chores if not run.worker.done]
        if not living:
            return
        run = self.random.choice(living)
        for _ in range(self.random.choice([1, 1, 2, 3, 6, 12])):
            if not run.worker.done:
                run.worker.step(None if self.random.random() < 0.97 else self.random_crash())

    def random_crash(self) -> Any:
        return self.random.choice(DEATHS)

    def late_call(self) -> None:
        late = [run for run in self.deliveries + self.chores if run.late]
        if late:
            self.random.choice(late).late.pop()()

    def wait(self) -> None:
        """Advance the clock and finish the deliveries that are due."""
        self.clock.advance(hours=self.random.choice([1, 3, 6, 12, 18]))
        for run in [d for d in self.deliveries if self.clock.now - d.begun > ON_ITS_WAY]:
            self.deliveries.remove(run)
            run.finish()

    def check(self) -> None:
        """Redeliver the unacknowledged events and compare the figures with the log."""
        for event, history in self.begun.values():
            if event.id not in self.acknowledged:
                deliver(self.rows, history, self.clock.now, only=event.id)
                self.acknowledged.add(event.id)
        self.compare()

    def compare(self) -> None:
        today = day_of(self.clock.now)
        expected = recount(self.histories, DAYS, today, event_ids=self.begun)
        assert figures(self.rows, DAYS, today) == expected

    def settle(self) -> None:
        """Finish all runs, run the chore once more, and compare before and after."""
        runs = self.deliveries + self.chores
        self.random.shuffle(runs)
        for run in runs:
            run.finish()
        self.check()
        sum_up(self.rows, day_of(self.clock.now))
        self.compare()
        closed = last_closed(day_of(self.clock.now))
        assert [day for day in marked_days(self.rows) if day <= closed] == []

    def end(self) -> None:
        for run in self.deliveries + self.chores:
            run.worker.end()


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Use few days and small pages, so that most calls of the chore matter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(daily_sums, "LONGEST", DAYS)
        patch.setattr(table, "SHARDS", 2)
        patch.setattr(table, "PAGE", 2)
        yield


@settings(max_examples=70, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_the_figures_are_those_of_the_log(seed: int) -> None:
    world = World(seed)
    acts = (
        [world.deliver] * 3
        + [world.begin_chore] * 2
        + [world.step] * 8
        + [world.late_call, world.wait, world.check]
    )
    try:
        for _ in range(STEPS):
            world.random.choice(acts)()
        world.settle()
    finally:
        world.end()
