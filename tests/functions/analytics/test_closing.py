"""Days that are over: when they are summed up, when again, and what becomes of the markers."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from functions.analytics import closing
from functions.analytics.figures import LONGEST, figures
from functions.analytics.table import DAILY, LATE, marked_days, markers_of, summed, summed_days
from functions.framework.ports import Row
from functions.framework.service import Report
from functions.runtime.memory.rows import MemoryRows
from tests.support.counting import TODAY, ago, close, kept, noon, order, recount, tell

LAST_CLOSED = TODAY - timedelta(days=3)


@pytest.fixture
def rows() -> MemoryRows:
    return MemoryRows()


def markers(rows: MemoryRows) -> list[str]:
    return [row.sort for row in rows.page(LATE, limit=100)]


def sums(rows: MemoryRows) -> list[date]:
    return list(summed_days(rows, TODAY - timedelta(days=LONGEST)))


def test_all_days_that_figures_can_be_asked_for_and_that_are_over_are_summed_up(
    rows: MemoryRows,
) -> None:
    close(rows, TODAY)

    assert sums(rows)[0] == TODAY - timedelta(days=LONGEST - 1)
    assert sums(rows)[-1] == LAST_CLOSED
    assert len(sums(rows)) == LONGEST - 3


def test_each_day_that_had_something_is_told_of(rows: MemoryRows) -> None:
    tell(rows, order("A", ago(5)), ago(5))
    tell(rows, order("B", ago(4)), ago(0))

    assert close(rows, TODAY) == [
        Report(outcome="summed", detail=f"{ago(5).date()}, 0 late"),
        Report(outcome="summed", detail=f"{ago(4).date()}, 2 late"),
    ]


def test_what_is_summed_up_and_unmarked_is_left_alone(rows: MemoryRows) -> None:
    tell(rows, order("A", ago(5)), ago(5))
    close(rows, TODAY)
    before = list(rows.all())

    assert close(rows, TODAY) == []
    assert list(rows.all()) == before


def test_each_new_day_that_is_over_follows(rows: MemoryRows) -> None:
    close(rows, TODAY)
    close(rows, TODAY + timedelta(days=2))

    assert sums(rows)[-1] == LAST_CLOSED + timedelta(days=2)


def test_a_day_that_may_have_unmarked_rows_to_come_is_not_summed_up_though_it_is_marked(
    rows: MemoryRows,
) -> None:
    in_time, late = order("A", ago(2)), order("B", ago(2))
    tell(rows, late, noon(TODAY))
    close(rows, TODAY)
    assert (sums(rows)[-1], len(markers(rows))) == (LAST_CLOSED, 2)

    tell(rows, in_time, noon(TODAY - timedelta(days=1)))  # on its way since then
    tomorrow = TODAY + timedelta(days=1)
    close(rows, tomorrow)

    assert (sums(rows)[-1], markers(rows)) == (ago(2).date(), [])
    assert figures(rows, 9, tomorrow) == recount([in_time, late], 9, tomorrow)


def test_a_late_row_of_any_day_has_it_summed_up_again(rows: MemoryRows) -> None:
    in_time, late = order("A", ago(200)), order("B", ago(200), ends="customer")
    tell(rows, in_time, ago(200))
    tell(rows, late, noon(TODAY))

    close(rows, TODAY)

    assert markers(rows) == []
    assert figures(rows, 2, ago(199).date()) == recount([in_time, late], 2, ago(199).date())


class Between(MemoryRows):
    """Rows to which others do something just before the rows of a day are read."""

    def __init__(self) -> None:
        super().__init__()
        self.others: list[tuple[str, Sequence[Row]]] = []
        self.removed: list[str] = []

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        while self.others and partition.startswith(self.others[0][0]):
            for row in self.others.pop(0)[1]:
                self.put(row)
        return super().page(partition, limit=limit, after=after, newest_first=newest_first)

    def remove(self, partition: str, sort: str) -> None:
        self.removed.append(sort)
        super().remove(partition, sort)


def test_a_marker_that_was_put_while_the_rows_were_read_stays() -> None:
    rows = Between()
    first, second = order("A", ago(5), ends=False), order("B", ago(5), ends=False)
    tell(rows, first, noon(TODAY))
    (read,) = markers(rows)
    (event,) = second
    rows.others = [(f"{ago(5).date()}#7", kept(event, second, noon(TODAY)))]

    close(rows, TODAY)

    assert rows.removed == [read]
    assert list(marked_days(rows)) == [ago(5).date()]
    close(rows, TODAY)
    assert (markers(rows), figures(rows, 9, TODAY)) == ([], recount([first, second], 9, TODAY))


def test_a_row_that_is_marked_again_while_it_is_read_is_read_again() -> None:
    """The rule that makes it has changed, and a replay writes it anew."""
    rows = Between()
    history = order("A", ago(5), ends=False)
    (event,) = history
    tell(rows, history, noon(TODAY))
    row, marker = kept(event, history, noon(TODAY) + timedelta(minutes=1))
    changed = Row(partition=row.partition, sort=row.sort, values={"orders": 1, "ordered:EUR": 9})
    last_shard_was_read = f"{ago(4).date()}#0"
    rows.others = [(last_shard_was_read, [changed, marker])]

    close(rows, TODAY)
    close(rows, TODAY)

    assert figures(rows, 9, TODAY)[3].ordered == {"EUR": 9}
    assert markers(rows) == []


def test_a_slow_run_does_not_overwrite_what_a_quicker_one_has_seen() -> None:
    rows = Between()
    history = order("A", ago(5), ends=False)
    tell(rows, history, noon(TODAY))
    quicker = Row(partition=DAILY, sort=f"{ago(5).date()}", values={"orders": 7}, version=1)
    rows.others = [(f"{ago(5).date()}#7", [quicker])]

    assert close(rows, TODAY) == []

    assert [row.values for row in rows.page(DAILY, limit=100) if row.values] == [{"orders": 7}]
    assert len(markers(rows)) == 1


def test_the_day_that_closed_last_is_summed_up_again_at_once(rows: MemoryRows) -> None:
    close(rows, TODAY)
    tell(rows, order("L", noon(LAST_CLOSED), ends=False), noon(TODAY))

    assert close(rows, TODAY) == [Report(outcome="summed", detail=f"{LAST_CLOSED}, 1 late")]


def test_a_days_markers_are_found_behind_those_of_an_earlier_day(rows: MemoryRows) -> None:
    tell(rows, order("A", ago(9), ends=False), noon(TODAY))
    tell(rows, order("B", ago(8), ends=False), noon(TODAY))

    assert list(markers_of(rows, ago(8).date())) == markers(rows)[1:]


def test_each_sum_of_a_day_is_the_next_version_of_the_one_before(rows: MemoryRows) -> None:
    for version, name in enumerate("ABC", start=1):
        tell(rows, order(name, ago(5)), ago(0))
        close(rows, TODAY)

        found = summed(rows, ago(5).date())
        assert found is not None
        assert found.version == version


def test_very_many_markers_are_worked_off_run_by_run(
    rows: MemoryRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "MARKERS", 3)
    story = [order(f"O{number}", ago(5)) for number in range(4)]
    for history in story:
        tell(rows, history, noon(TODAY))

    left = []
    while markers(rows):
        close(rows, TODAY)
        left.append(len(markers(rows)))

    assert left == [5, 2, 0]
    assert figures(rows, 9, TODAY) == recount(story, 9, TODAY)
