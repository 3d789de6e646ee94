"""Scheduled work of a consumer: the chore at a tick, and batches as before."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from events.contracts.checkout import OrderPlaced
from functions.framework.chore import TICK, Chore, Report
from functions.framework.ports import Log, Resources
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.runtime.main import InvocationFailed
from functions.runtime.memory.application import Application
from testkit.builders import ORDER, placed
from tests.functions.conftest import Logged

STATED = placed()


class Scheduled(Application):
    """A consumer whose chore yields or raises `reports`."""

    def __init__(self, logged: Logged | None = None) -> None:
        self.reports: list[Report | Exception] = []
        self.given: list[tuple[Log, Resources]] = []
        self.flushed: list[tuple[int, int]] = []
        on = On(event=OrderPlaced, react=lambda _: None)
        consumer = Consumer(name="analytics", on=(on,), chore=Chore(every=60, run=self._run))
        super().__init__(
            [consumer],
            wrap=lambda _, given: replace(given, observer=logged.observer) if logged else given,
        )

    def _run(self, log: Log, resources: Resources) -> Iterator[Report]:
        self.given.append((log, resources))
        for report in self.reports:
            if isinstance(report, Exception):
                raise report
            yield report
            self.flushed.append((len(self.observer.lines), self.observer.flushed))


@pytest.fixture
def scheduled() -> Scheduled:
    return Scheduled()


def test_a_tick_runs_only_the_chore_with_the_log_and_the_resources(scheduled: Scheduled) -> None:
    assert scheduled.invoke("analytics", dict(TICK)) is None

    ((log, resources),) = scheduled.given
    assert log.append(placed()) in scheduled.history(ORDER)
    assert resources.clock is scheduled.clock
    assert scheduled.observer.lines == []


def test_a_batch_is_handled_without_the_chore(scheduled: Scheduled) -> None:
    assert scheduled.handle("analytics", placed()) == ["done"]

    assert len(scheduled.queues["analytics"]) == 0
    assert scheduled.given == []


def test_each_report_is_a_line_with_its_fields(scheduled: Scheduled) -> None:
    scheduled.reports = [
        Report(outcome="summed", detail="2026-11-20, 0 late"),
        Report(outcome="stalled", order="A", stated=(STATED,)),
    ]

    scheduled.tick("analytics")

    assert scheduled.observer.lines == [
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
    assert scheduled.observer.flushed == len(scheduled.reports) + 1


def test_each_report_is_counted_before_the_chore_continues(scheduled: Scheduled) -> None:
    scheduled.reports = [Report(outcome="stalled"), Report(outcome="stalled")]

    scheduled.tick("analytics")

    assert scheduled.flushed == [(1, 1), (2, 2)]


def test_each_report_is_a_metric(logged: Logged) -> None:
    scheduled = Scheduled(logged)
    scheduled.reports = [Report(outcome="summed"), Report(outcome="summed")]

    scheduled.tick("analytics")

    assert logged.text().replace(" ", "").count('"Summed":[1.0]') == 2


def test_an_error_is_logged_and_raised_after_the_earlier_reports(scheduled: Scheduled) -> None:
    failure = TimeoutError("tok_secret")
    scheduled.reports = [Report(outcome="summed"), failure, Report(outcome="summed")]

    with pytest.raises(InvocationFailed, match="TimeoutError"):
        scheduled.tick("analytics")

    assert scheduled.observer.outcomes == ["summed", "failed"]
    line = scheduled.observer.lines[-1]
    assert (line["error"], line["consumer"]) == ("TimeoutError", "analytics")
    assert "tok_secret" not in str(scheduled.observer.lines)
    assert scheduled.observer.flushed == 2
