"""What a consumer does by the clock: each report is a line and a metric, at once."""

from collections.abc import Iterator
from typing import Any

import pytest

from events.ordering import OrderConfirmed
from functions.runtime.chores import Handler, with_chore
from functions.runtime.memory import MemoryLog
from functions.runtime.ports import Log, Resources
from functions.runtime.service import TICK, Chore, Report
from tests.builders import ORDER, Lines, placed, resources, then

CONFIRMED = then(placed(), OrderConfirmed())


def handler(lines: Lines, *reports: Report | Exception) -> Handler:
    """Return the handler of a consumer whose chore makes these reports, or fails."""

    def run(_log: Log, _resources: Resources) -> Iterator[Report]:
        for report in reports:
            if isinstance(report, Exception):
                raise report
            yield report

    def consume(event: dict[str, Any], _: Any) -> Any:
        return {"consumed": event}

    chore = Chore(every=5, run=run)
    return with_chore(consume, chore, MemoryLog(), resources(), lines, "orders")


def test_a_batch_of_the_queue_is_worked_off_as_ever(lines: Lines) -> None:
    batch: dict[str, Any] = {"Records": []}

    assert handler(lines, Report(outcome="stalled"))(batch, None) == {"consumed": batch}
    assert lines.lines == []


def test_every_report_is_a_line_of_the_consumer(lines: Lines) -> None:
    told = Report(outcome="stalled", order=ORDER, stated=(CONFIRMED,))
    handler(lines, told, Report(outcome="closed", detail="2026-11-22"))(dict(TICK), None)

    assert lines.lines == [
        {
            "outcome": "stalled",
            "consumer": "orders",
            "order": ORDER,
            "stated": [CONFIRMED.id],
            "facts": ["OrderConfirmed"],
        },
        {
            "outcome": "closed",
            "consumer": "orders",
            "detail": "2026-11-22",
            "stated": [],
            "facts": [],
        },
    ]


def test_what_was_done_is_counted_before_the_chore_goes_on(lines: Lines) -> None:
    flushed = []

    def run(_log: Log, _resources: Resources) -> Iterator[Report]:
        for _ in range(2):
            yield Report(outcome="stalled")
            flushed.append((len(lines.lines), lines.flushed))

    chore = Chore(every=5, run=run)
    with_chore(lambda *_: None, chore, MemoryLog(), resources(), lines, "orders")(dict(TICK), None)

    assert flushed == [(1, 1), (2, 2)]


def test_a_chore_that_fails_says_so_and_fails_its_invocation(lines: Lines) -> None:
    failing = handler(lines, Report(outcome="stalled"), TimeoutError("not to be quoted"))

    with pytest.raises(TimeoutError):
        failing(dict(TICK), None)

    assert lines.outcomes == ["stalled", "failed"]
    assert lines.lines[-1]["error"] == "TimeoutError"
    assert "quoted" not in str(lines.lines)
    assert lines.flushed == 2
