"""Figures equal a recount of the log, whatever happens: schedules by the hundred, each from a seed.

Events are delivered late, twice, in any order and again after their day was summed up; workers die
before, in and after each put; several runs of the chore go on at once, a call at a time, and die
anywhere; calls come through after their caller died; clocks differ by an hour.
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
from functions.analytics import closing, table
from functions.analytics.closing import close_days
from functions.analytics.figures import figures
from functions.analytics.table import day_of, last_closed, marked_days
from functions.framework.ports import Resources
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.memory.tables import MemoryTables
from tests.support.builders import Clock
from tests.support.counting import close, kept, order, recount, tell
from tests.support.interleave import DEATHS, Died, SteppedRows, Worker

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
SKEWS = [timedelta(hours=hours) for hours in (-1, 0, 0, 1)]
ON_ITS_WAY = timedelta(hours=20)
"""The longest that a put may take; with clocks an hour apart there is less than a day between."""

DAYS = 6
STEPS = 120


@dataclass
class Run:
    """A worker, what still comes of it once it is dead, and when it made up its mind."""

    begun: datetime
    late: list[Callable[[], object]] = field(default_factory=list)
    worker: Worker = field(init=False)

    def start(self, work: Callable[[Worker], object]) -> "Run":
        self.worker = Worker(work, self.late)
        return self

    def over(self) -> None:
        """Let it get to its end, and whatever it left behind as well."""
        while not self.worker.done:
            self.worker.step()
        while self.late:
            self.late.pop()()
        assert isinstance(self.worker.error, Died | None), self.worker.error


class World:
    """Some orders of some days, their deliveries, and runs of the chore."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.rows = MemoryRows()
        self.clock = Clock(BEGIN + timedelta(days=3))
        self.histories = [self.an_order(f"ORDER{number}") for number in range(6)]
        self.begun: dict[str, tuple[Event[Any], History]] = {}
        self.acknowledged: set[str] = set()
        self.deliveries: list[Run] = []
        self.chores: list[Run] = []

    def an_order(self, name: str) -> History:
        at = BEGIN + timedelta(hours=self.random.randrange(2 * 24))
        after = timedelta(hours=self.random.choice([0, 1, 24]))
        ends = self.random.choice((True, True, "customer", "out-of-stock", False))
        return order(name, at, ends=ends, after=after)  # type: ignore[arg-type]  # reasons, these

    def somebodys_clock(self) -> datetime:
        return self.clock.now + self.random.choice(SKEWS)

    def deliver(self) -> None:
        """Begin to handle an event, as often as it may have been before."""
        soon = self.clock.now + timedelta(days=1)
        known = [(e, h) for h in self.histories for e in h if e.time <= soon]
        if not known:
            return
        event, history = self.random.choice(known)
        self.begun[event.id] = (event, history)
        rows = kept(event, history, self.somebodys_clock())

        def keep(worker: Worker) -> None:
            for row in rows:
                worker.call(self.rows.put, row)
            self.acknowledged.add(event.id)

        self.deliveries.append(Run(begun=self.clock.now).start(keep))

    def begin_chore(self) -> None:
        clock = Clock(self.somebodys_clock())

        def run(worker: Worker) -> None:
            stepped = SteppedRows(worker, self.rows)
            given = Resources(tables=MemoryTables(), rows=lambda _: stepped, clock=clock)
            list(close_days(MemoryLog(), given))

        self.chores.append(Run(begun=self.clock.now).start(run))

    def go_on(self) -> None:
        """Let somebody make some calls, or die at one of them."""
        living = [run for run in self.deliveries + self.chores if not run.worker.done]
        if not living:
            return
        run = self.random.choice(living)
        for _ in range(self.random.choice([1, 1, 2, 3, 6, 12])):
            if not run.worker.done:
                run.worker.step("go on" if self.random.random() < 0.97 else self.a_death())

    def a_death(self) -> Any:
        return self.random.choice(DEATHS)

    def call_of_the_dead(self) -> None:
        late = [run for run in self.deliveries + self.chores if run.late]
        if late:
            self.random.choice(late).late.pop()()

    def wait(self) -> None:
        """Let time go by, and what was on its way arrive."""
        self.clock.advance(hours=self.random.choice([1, 3, 6, 12, 18]))
        for run in [d for d in self.deliveries if self.clock.now - d.begun > ON_ITS_WAY]:
            self.deliveries.remove(run)
            run.over()

    def check(self) -> None:
        """Deliver again what was not acknowledged; the figures are then those of the log."""
        for event, history in self.begun.values():
            if event.id not in self.acknowledged:
                tell(self.rows, history, self.clock.now, only=event.id)
                self.acknowledged.add(event.id)
        self.compare()

    def compare(self) -> None:
        today = day_of(self.clock.now)
        told = recount(self.histories, DAYS, today, heard=self.begun)
        assert figures(self.rows, DAYS, today) == told

    def settle(self) -> None:
        """Let all end, do the chore once more, and compare before and after."""
        runs = self.deliveries + self.chores
        self.random.shuffle(runs)
        for run in runs:
            run.over()
        self.check()
        close(self.rows, day_of(self.clock.now))
        self.compare()
        closed = last_closed(day_of(self.clock.now))
        assert [day for day in marked_days(self.rows) if day <= closed] == []

    def end(self) -> None:
        for run in self.deliveries + self.chores:
            run.worker.end()


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Keep days and tables small, so that most calls of the chore matter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closing, "LONGEST", DAYS)
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
        + [world.go_on] * 8
        + [world.call_of_the_dead, world.wait, world.check]
    )
    try:
        for _ in range(STEPS):
            world.random.choice(acts)()
        world.settle()
    finally:
        world.end()
