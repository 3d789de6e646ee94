"""Figures on DynamoDB: read in pages with strong consistency, and summed up by a tick."""

import pytest

from functions.analytics import daily_sums, table
from functions.analytics.figures import figures
from functions.analytics.service import SERVICE
from functions.analytics.table import FIGURES
from functions.framework.chore import TICK
from functions.runtime.aws.tables import DynamoRows
from functions.runtime.main import build
from functions.runtime.memory.observer import MemoryObserver
from testkit.builders import Clock
from tests.functions.conftest import Calls, Stage
from tests.support.counting import TODAY, ago, deliver, noon, order, recount

ORDERS = [order(f"O{number}", ago(5), ends=number % 3 != 0) for number in range(12)]
LATE = order("LATE", ago(5), ends="customer")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily_sums, "LONGEST", 7)
    monkeypatch.setattr(table, "SHARDS", 2)
    monkeypatch.setattr(table, "PAGE", 3)


@pytest.fixture
def rows(stage: Stage) -> DynamoRows:
    return DynamoRows(stage.dynamodb, stage.own[SERVICE.name, FIGURES])


def test_a_day_of_many_pages_is_summed_up_again_after_late_rows(
    stage: Stage, rows: DynamoRows, lines: MemoryObserver
) -> None:
    handle = build(
        stage.environ(SERVICE), clock=Clock(noon(TODAY)), observer=lines, clients=stage.connection
    )
    for history in ORDERS:
        deliver(rows, history, ago(5))
    assert figures(rows, 7, TODAY) == recount(ORDERS, 7, TODAY)

    handle(dict(TICK), None)
    assert figures(rows, 7, TODAY) == recount(ORDERS, 7, TODAY)

    deliver(rows, LATE, noon(TODAY))
    assert figures(rows, 7, TODAY) == recount([*ORDERS, LATE], 7, TODAY)

    for _ in range(2):
        handle(dict(TICK), None)
    assert figures(rows, 7, TODAY) == recount([*ORDERS, LATE], 7, TODAY)
    assert lines.lines == [
        {"outcome": "summed", "consumer": "analytics", "stated": [], "facts": [], "detail": detail}
        for detail in (f"{ago(5).date()}, 0 late", f"{ago(5).date()}, 2 late")
    ]


def test_every_page_is_read_with_strong_consistency(
    stage: Stage, rows: DynamoRows, calls: Calls, lines: MemoryObserver
) -> None:
    for history in ORDERS:
        deliver(rows, history, noon(TODAY))
    calls.clear()

    build(
        stage.environ(SERVICE), clock=Clock(noon(TODAY)), observer=lines, clients=stage.connection
    )(dict(TICK), None)
    figures(rows, 7, TODAY)

    read = [call for call in calls if call.operation == "Query"]
    assert len(read) > 2 * len(ORDERS) / table.PAGE
    assert all(call.sent["ConsistentRead"] for call in read)


def test_a_closed_day_costs_no_query_and_an_idle_tick_two(
    stage: Stage,
    rows: DynamoRows,
    calls: Calls,
    lines: MemoryObserver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "PAGE", 100)
    handle = build(
        stage.environ(SERVICE), clock=Clock(noon(TODAY)), observer=lines, clients=stage.connection
    )
    handle(dict(TICK), None)
    calls.clear()

    handle(dict(TICK), None)
    assert calls.operations == ["Query"] * 2

    calls.clear()
    figures(rows, 7, TODAY)
    days_open = 3
    assert len(calls) == 2 + days_open * table.SHARDS
