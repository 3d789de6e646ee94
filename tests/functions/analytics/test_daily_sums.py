"""Closed days: their first sum, later sums, and their markers."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from functions.analytics import daily_sums
from functions.analytics.figures import LONGEST, figures
from functions.analytics.table import DAILY, LATE, marked_days, markers_of, sum_row, summed_days
from functions.framework.chore import Report
from functions.framework.ports import Row
from functions.runtime.memory.rows import MemoryRows
from tests.support.counting import TODAY, ago, deliver, noon, order, recount, rows_for, sum_up

LAST_CLOSED = TODAY - timedelta(days=3)


@pytest.fixture
def rows() -> MemoryRows:
    return MemoryRows()


def markers(rows: MemoryRows) -> list[str]:
    return [row.sort for row in rows.page(LATE, limit=100)]


def sums(rows: MemoryRows) -> list[date]:
    return list(summed_days(rows, TODAY - timedelta(days=LONGEST)))


def test_all_closed_days_with_figures_are_summed_up(
    rows: MemoryRows,
) -> None:
    sum_up(rows, TODAY)

    assert sums(rows)[0] == TODAY - timedelta(days=LONGEST - 1)
    assert sums(rows)[-1] == LAST_CLOSED
    assert len(sums(rows)) == LONGEST - 3


def test_each_day_with_rows_is_reported(rows: MemoryRows) -> None:
    deliver(rows, order("A", ago(5)), ago(5))
    deliver(rows, order("B", ago(4)), ago(0))

    assert sum_up(rows, TODAY) == [
        Report(outcome="summed", detail=f"{ago(5).date()}, 0 late"),
        Report(outcome="summed", detail=f"{ago(4).date()}, 2 late"),
    ]


def test_a_summed_day_without_markers_is_left_alone(rows: MemoryRows) -> None:
    deliver(rows, order("A", ago(5)), ago(5))
    sum_up(rows, TODAY)
    before = list(rows.all())

    assert sum_up(rows, TODAY) == []
    assert list(rows.all()) == before


def test_each_newly_closed_day_follows(rows: MemoryRows) -> None:
    sum_up(rows, TODAY)
    sum_up(rows, TODAY + timedelta(days=2))

    assert sums(rows)[-1] == LAST_CLOSED + timedelta(days=2)


def test_a_marked_day_that_is_not_closed_yet_is_not_summed_up(
    rows: MemoryRows,
) -> None:
    in_time, late = order("A", ago(2)), order("B", ago(2))
    deliver(rows, late, noon(TODAY))
    sum_up(rows, TODAY)
    assert (sums(rows)[-1], len(markers(rows))) == (LAST_CLOSED, 2)

    deliver(rows, in_time, noon(TODAY - timedelta(days=1)))  # in flight since then
    tomorrow = TODAY + timedelta(days=1)
    sum_up(rows, tomorrow)

    assert (sums(rows)[-1], markers(rows)) == (ago(2).date(), [])
    assert figures(rows, 9, tomorrow) == recount([in_time, late], 9, tomorrow)


def test_any_day_is_summed_up_again_after_a_late_row(rows: MemoryRows) -> None:
    in_time, late = order("A", ago(200)), order("B", ago(200), ends="customer")
    deliver(rows, in_time, ago(200))
    deliver(rows, late, noon(TODAY))

    sum_up(rows, TODAY)

    assert markers(rows) == []
    assert figures(rows, 2, ago(199).date()) == recount([in_time, late], 2, ago(199).date())


class RowsWithWrites(MemoryRows):
    """Rows with concurrent writes just before the rows of a day are read."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[tuple[str, Sequence[Row]]] = []
        self.removed: list[str] = []

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        while self.writes and partition.startswith(self.writes[0][0]):
            for row in self.writes.pop(0)[1]:
                self.put(row)
        return super().page(partition, limit=limit, after=after, newest_first=newest_first)

    def remove(self, partition: str, sort: str) -> None:
        self.removed.append(sort)
        super().remove(partition, sort)


def test_a_marker_that_was_put_while_the_rows_were_read_stays() -> None:
    rows = RowsWithWrites()
    first, second = order("A", ago(5), ends=False), order("B", ago(5), ends=False)
    deliver(rows, first, noon(TODAY))
    (read,) = markers(rows)
    (event,) = second
    rows.writes = [(f"{ago(5).date()}#7", rows_for(event, second, noon(TODAY)))]

    sum_up(rows, TODAY)

    assert rows.removed == [read]
    assert list(marked_days(rows)) == [ago(5).date()]
    sum_up(rows, TODAY)
    assert (markers(rows), figures(rows, 9, TODAY)) == ([], recount([first, second], 9, TODAY))


def test_a_row_that_is_marked_again_during_a_run_is_read_again() -> None:
    """As after a change of the reaction, when a replay rewrites the row."""
    rows = RowsWithWrites()
    history = order("A", ago(5), ends=False)
    (event,) = history
    deliver(rows, history, noon(TODAY))
    row, marker = rows_for(event, history, noon(TODAY) + timedelta(minutes=1))
    changed = Row(partition=row.partition, sort=row.sort, values={"orders": 1, "ordered:EUR": 9})
    last_shard_was_read = f"{ago(4).date()}#0"
    rows.writes = [(last_shard_was_read, [changed, marker])]

    sum_up(rows, TODAY)
    sum_up(rows, TODAY)

    assert figures(rows, 9, TODAY)[3].ordered == {"EUR": 9}
    assert markers(rows) == []


def test_a_slow_run_does_not_overwrite_the_sum_of_a_quicker_one() -> None:
    rows = RowsWithWrites()
    history = order("A", ago(5), ends=False)
    deliver(rows, history, noon(TODAY))
    quicker = Row(partition=DAILY, sort=f"{ago(5).date()}", values={"orders": 7}, version=1)
    rows.writes = [(f"{ago(5).date()}#7", [quicker])]

    assert sum_up(rows, TODAY) == []

    assert [row.values for row in rows.page(DAILY, limit=100) if row.values] == [{"orders": 7}]
    assert len(markers(rows)) == 1


def test_the_last_closed_day_is_summed_up_again_at_once(rows: MemoryRows) -> None:
    sum_up(rows, TODAY)
    deliver(rows, order("L", noon(LAST_CLOSED), ends=False), noon(TODAY))

    assert sum_up(rows, TODAY) == [Report(outcome="summed", detail=f"{LAST_CLOSED}, 1 late")]


def test_a_days_markers_are_found_after_those_of_an_earlier_day(rows: MemoryRows) -> None:
    deliver(rows, order("A", ago(9), ends=False), noon(TODAY))
    deliver(rows, order("B", ago(8), ends=False), noon(TODAY))

    assert list(markers_of(rows, ago(8).date())) == markers(rows)[1:]


def test_each_sum_of_a_day_has_the_next_version(rows: MemoryRows) -> None:
    for version, name in enumerate("ABC", start=1):
        deliver(rows, order(name, ago(5)), ago(0))
        sum_up(rows, TODAY)

        found = sum_row(rows, ago(5).date())
        assert found is not None
        assert found.version == version


def test_many_markers_are_handled_in_several_runs(
    rows: MemoryRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily_sums, "MARKERS", 3)
    orders = [order(f"O{number}", ago(5)) for number in range(4)]
    for history in orders:
        deliver(rows, history, noon(TODAY))

    left = []
    while markers(rows):
        sum_up(rows, TODAY)
        left.append(len(markers(rows)))

    assert left == [5, 2, 0]
    assert figures(rows, 9, TODAY) == recount(orders, 9, TODAY)
