"""Figures as they are read: open days counted, closed ones looked up, marked ones counted again."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from functions.analytics import table
from functions.analytics.figures import Figures, figures
from functions.framework.ports import Row
from functions.runtime.memory.rows import MemoryRows
from tests.support.counting import TODAY, ago, close, noon, order, recount, tell

STORY = [
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
def rows() -> "Watched":
    return Watched()


class Watched(MemoryRows):
    """Rows that note which partitions were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, int]] = []

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        assert limit > 0, "a page is bounded"
        found = super().page(partition, limit=limit, after=after, newest_first=newest_first)
        self.asked.append((partition, len(found)))
        return found

    @property
    def counted(self) -> set[str]:
        """The days whose rows were read since the last time."""
        asked, self.asked = self.asked, []
        return {partition.partition("#")[0] for partition, _ in asked} - {"daily", "late"}


def days_ago(*days: int) -> set[str]:
    return {f"{TODAY - timedelta(days=day)}" for day in days}


def test_without_any_orders_there_is_a_day_of_nothing_for_each_that_was_asked_for(
    rows: Watched,
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


def test_each_day_has_its_orders_their_outcomes_and_their_money(rows: Watched) -> None:
    for history in STORY:
        tell(rows, history, noon(TODAY))

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
    assert tuple(found.values()) == recount(STORY, 10, TODAY)


def test_days_that_are_summed_up_are_looked_up_and_open_ones_counted(rows: Watched) -> None:
    for history in STORY:
        tell(rows, history, noon(TODAY))
    close(rows, TODAY)
    rows.asked.clear()

    assert figures(rows, 10, TODAY) == recount(STORY, 10, TODAY)
    assert rows.counted == days_ago(0, 1, 2)


def test_a_day_to_which_something_came_late_is_counted_until_it_is_summed_up_again(
    rows: Watched,
) -> None:
    close(rows, TODAY)
    late = order("L", ago(9))
    tell(rows, late, noon(TODAY))
    rows.asked.clear()

    assert figures(rows, 10, TODAY) == recount([late], 10, TODAY)
    assert rows.counted == days_ago(0, 1, 2, 9)

    close(rows, TODAY)
    rows.asked.clear()

    assert figures(rows, 10, TODAY) == recount([late], 10, TODAY)
    assert rows.counted == days_ago(0, 1, 2)


class Meanwhile(MemoryRows):
    """Rows that are summed up once more just after somebody began to read figures."""

    due = False

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        found = super().page(partition, limit=limit, after=after, newest_first=newest_first)
        if self.due:
            self.due = False
            close(self, TODAY)
        return found


def test_figures_that_are_read_while_a_day_is_summed_up_again_have_all_that_was_handled() -> None:
    rows = Meanwhile()
    close(rows, TODAY)
    tell(rows, late := order("L", ago(9)), noon(TODAY))
    rows.due = True

    assert figures(rows, 10, TODAY) == recount([late], 10, TODAY)


def test_an_event_of_tomorrow_disturbs_nothing_and_counts_tomorrow(rows: Watched) -> None:
    ahead = order("T", ago(-1))
    tell(rows, ahead, noon(TODAY))
    close(rows, TODAY)

    assert figures(rows, 3, TODAY) == recount([], 3, TODAY)
    for later in (1, 4):
        today = TODAY + timedelta(days=later)
        close(rows, today)
        assert figures(rows, 10, today) == recount([ahead], 10, today)


def test_an_event_of_long_ago_disturbs_nothing(rows: Watched) -> None:
    tell(rows, order("O", noon(date(1, 1, 1))), noon(TODAY))

    assert [report.detail for report in close(rows, TODAY)] == ["0001-01-01, 2 late"]
    assert figures(rows, 3, TODAY) == recount([], 3, TODAY)


def test_markers_and_sums_of_days_that_nobody_asked_for_are_not_read(rows: Watched) -> None:
    close(rows, TODAY)
    tell(rows, order("O", noon(date(1, 1, 1))), noon(TODAY))
    rows.asked.clear()
    figures(rows, 3, TODAY)

    assert [asked for asked in rows.asked if "#" not in asked[0]] == [
        (table.LATE, 0),
        (table.DAILY, 0),
    ]


def test_a_day_of_very_many_rows_is_read_page_by_page(
    rows: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "PAGE", 3)
    monkeypatch.setattr(table, "SHARDS", 2)
    story = [order(f"O{number}", ago(0)) for number in range(20)]
    for history in story:
        tell(rows, history, noon(TODAY))

    assert figures(rows, 1, TODAY) == recount(story, 1, TODAY)
    assert max(found for _, found in rows.asked) == 3
