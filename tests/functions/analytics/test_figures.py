"""Figures: open and marked days are counted, closed days are read from their sums."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from functions.analytics import table
from functions.analytics.figures import Figures, figures
from functions.framework.ports import Row
from functions.runtime.memory.rows import MemoryRows
from tests.support.counting import TODAY, ago, deliver, noon, order, recount, sum_up

ORDERS = [
    order("A", ago(9)),
    order("B", ago(9), amount=1000, currency="JPY"),
    order("C", ago(9), ends="customer"),
    order("D", ago(8), after=timedelta(days=1)),
    order("E", ago(2), ends="out-of-stock"),
    order("F", ago(1), ends=False),
    order("G", ago(0), amount=2500),
    order("H", ago(0), amount=2500),
]


@pytest.fixture
def rows() -> "RecordingRows":
    return RecordingRows()


class RecordingRows(MemoryRows):
    """Rows that record the queried partitions."""

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[tuple[str, int]] = []

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        assert limit > 0, "a page is bounded"
        found = super().page(partition, limit=limit, after=after, newest_first=newest_first)
        self.queries.append((partition, len(found)))
        return found

    @property
    def counted(self) -> set[str]:
        """The days whose rows were read since the last call."""
        queries, self.queries = self.queries, []
        return {partition.partition("#")[0] for partition, _ in queries} - {"daily", "late"}


def days_ago(*days: int) -> set[str]:
    return {f"{TODAY - timedelta(days=day)}" for day in days}


def test_without_orders_each_requested_day_is_zero(
    rows: RecordingRows,
) -> None:
    assert figures(rows, 3, TODAY) == tuple(
        Figures(
            day=TODAY - timedelta(days=back),
            orders=0,
            confirmed=0,
            cancelled={},
            ordered={},
            revenue={},
        )
        for back in (2, 1, 0)
    )


def test_each_day_has_its_orders_their_outcomes_and_their_money(rows: RecordingRows) -> None:
    for history in ORDERS:
        deliver(rows, history, noon(TODAY))

    found = {each.day: each for each in figures(rows, 10, TODAY)}

    assert found[ago(9).date()] == Figures(
        day=ago(9).date(),
        orders=3,
        confirmed=2,
        cancelled={"customer": 1},
        ordered={"EUR": 9800, "JPY": 1000},
        revenue={"EUR": 4900, "JPY": 1000},
    )
    assert (found[ago(8).date()].orders, found[ago(8).date()].confirmed) == (1, 0)
    assert found[ago(7).date()].revenue == {"EUR": 4900}
    assert found[TODAY].revenue == {"EUR": 5000}
    assert tuple(found.values()) == recount(ORDERS, 10, TODAY)


def test_closed_days_are_read_from_sums_and_open_days_are_counted(rows: RecordingRows) -> None:
    for history in ORDERS:
        deliver(rows, history, noon(TODAY))
    sum_up(rows, TODAY)
    rows.queries.clear()

    assert figures(rows, 10, TODAY) == recount(ORDERS, 10, TODAY)
    assert rows.counted == days_ago(0, 1, 2)


def test_a_day_with_a_late_row_is_counted_until_it_is_summed_up_again(
    rows: RecordingRows,
) -> None:
    sum_up(rows, TODAY)
    late = order("L", ago(9))
    deliver(rows, late, noon(TODAY))
    rows.queries.clear()

    assert figures(rows, 10, TODAY) == recount([late], 10, TODAY)
    assert rows.counted == days_ago(0, 1, 2, 9)

    sum_up(rows, TODAY)
    rows.queries.clear()

    assert figures(rows, 10, TODAY) == recount([late], 10, TODAY)
    assert rows.counted == days_ago(0, 1, 2)


class RowsSummedMeanwhile(MemoryRows):
    """Rows that are summed up again just after a reader began."""

    due = False

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        found = super().page(partition, limit=limit, after=after, newest_first=newest_first)
        if self.due:
            self.due = False
            sum_up(self, TODAY)
        return found


def test_figures_read_during_a_new_sum_count_every_event() -> None:
    rows = RowsSummedMeanwhile()
    sum_up(rows, TODAY)
    deliver(rows, late := order("L", ago(9)), noon(TODAY))
    rows.due = True

    assert figures(rows, 10, TODAY) == recount([late], 10, TODAY)


def test_an_event_of_tomorrow_counts_tomorrow_only(rows: RecordingRows) -> None:
    ahead = order("T", ago(-1))
    deliver(rows, ahead, noon(TODAY))
    sum_up(rows, TODAY)

    assert figures(rows, 3, TODAY) == recount([], 3, TODAY)
    for later in (1, 4):
        today = TODAY + timedelta(days=later)
        sum_up(rows, today)
        assert figures(rows, 10, today) == recount([ahead], 10, today)


def test_an_event_of_long_ago_changes_no_recent_figures(rows: RecordingRows) -> None:
    deliver(rows, order("O", noon(date(1, 1, 1))), noon(TODAY))

    assert [report.detail for report in sum_up(rows, TODAY)] == ["0001-01-01, 2 late"]
    assert figures(rows, 3, TODAY) == recount([], 3, TODAY)


def test_markers_and_sums_of_other_days_are_not_read(rows: RecordingRows) -> None:
    sum_up(rows, TODAY)
    deliver(rows, order("O", noon(date(1, 1, 1))), noon(TODAY))
    rows.queries.clear()
    figures(rows, 3, TODAY)

    assert [queries for queries in rows.queries if "#" not in queries[0]] == [
        (table.LATE, 0),
        (table.DAILY, 0),
    ]


def test_a_day_of_very_many_rows_is_read_page_by_page(
    rows: RecordingRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "PAGE", 3)
    monkeypatch.setattr(table, "SHARDS", 2)
    orders = [order(f"O{number}", ago(0)) for number in range(20)]
    for history in orders:
        deliver(rows, history, noon(TODAY))

    assert figures(rows, 1, TODAY) == recount(orders, 1, TODAY)
    assert max(found for _, found in rows.queries) == 3
