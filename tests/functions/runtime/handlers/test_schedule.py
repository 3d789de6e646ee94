"""A function that also does something by the clock: what a tick does, and a batch still does."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from functions.framework.ports import Log, Resources
from functions.framework.service import TICK, Chore, Report
from functions.runtime.handlers.schedule import with_chore
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.observer import MemoryObserver
from tests.functions.conftest import Logged
from tests.support.builders import placed, resources

BATCH = {"Records": [{"messageId": "1"}]}
STATED = placed()


@dataclass
class World:
    """A consumer's two duties, both played."""

    reports: list[Report | Exception] = field(default_factory=list)
    consumed: list[Any] = field(default_factory=list)
    given: list[tuple[Log, Resources]] = field(default_factory=list)
    log: MemoryLog = field(default_factory=MemoryLog)
    resources: Resources = field(default_factory=resources)

    def run(self, log: Log, resources: Resources) -> Iterator[Report]:
        self.given.append((log, resources))
        for report in self.reports:
            if isinstance(report, Exception):
                raise report
            yield report

    def call(self, event: dict[str, Any], observer: Any) -> Any:
        def consume(batch: dict[str, Any], context: Any) -> Any:
            self.consumed.append((batch, context))
            return {"batchItemFailures": []}

        chore = Chore(every=60, run=self.run)
        handle = with_chore(consume, chore, self.log, self.resources, observer, "analytics")
        return handle(event, "context")


@pytest.fixture
def world() -> World:
    return World()


def test_a_tick_does_the_chore_with_the_log_and_the_resources_and_nothing_else(
    world: World, lines: MemoryObserver
) -> None:
    assert world.call(dict(TICK), lines) is None

    assert world.given == [(world.log, world.resources)]
    assert world.consumed == []


def test_a_batch_goes_to_the_queues_handler_and_does_no_chore(
    world: World, lines: MemoryObserver
) -> None:
    assert world.call(BATCH, lines) == {"batchItemFailures": []}

    assert world.consumed == [(BATCH, "context")]
    assert (world.given, lines.lines) == ([], [])


def test_each_report_is_a_line_with_what_is_known_of_it(
    world: World, lines: MemoryObserver
) -> None:
    world.reports = [
        Report(outcome="summed", detail="2026-11-20, 0 late"),
        Report(outcome="stalled", order="A", stated=(STATED,)),
    ]

    world.call(dict(TICK), lines)

    assert lines.lines == [
        {
            "outcome": "summed",
            "consumer": "analytics",
            "stated": [],
            "facts": [],
            "detail": "2026-11-20, 0 late",
        },
        {
            "outcome": "stalled",
            "consumer": "analytics",
            "order": "A",
            "stated": [STATED.id],
            "facts": ["OrderPlaced"],
        },
    ]
    assert lines.flushed == len(world.reports) + 1


def test_what_was_done_is_counted_before_the_chore_goes_on(lines: MemoryObserver) -> None:
    flushed = []

    def run(_log: Log, _resources: Resources) -> Iterator[Report]:
        for _ in range(2):
            yield Report(outcome="stalled")
            flushed.append((len(lines.lines), lines.flushed))

    chore = Chore(every=5, run=run)
    with_chore(lambda *_: None, chore, MemoryLog(), resources(), lines, "orders")(dict(TICK), None)

    assert flushed == [(1, 1), (2, 2)]


def test_each_report_counts_as_a_metric(world: World, logged: Logged) -> None:
    world.reports = [Report(outcome="summed"), Report(outcome="summed")]

    world.call(dict(TICK), logged.observer)

    assert logged.text().replace(" ", "").count('"Summed":[1.0]') == 2


def test_a_failure_is_said_and_raised_after_what_was_done_before_it(
    world: World, lines: MemoryObserver
) -> None:
    world.reports = [Report(outcome="summed"), TimeoutError("tok_secret"), Report(outcome="summed")]

    with pytest.raises(TimeoutError):
        world.call(dict(TICK), lines)

    assert lines.outcomes == ["summed", "failed"]
    assert (lines.lines[-1]["error"], lines.lines[-1]["consumer"]) == ("TimeoutError", "analytics")
    assert "tok_secret" not in str(lines.lines)
    assert lines.flushed == 2
