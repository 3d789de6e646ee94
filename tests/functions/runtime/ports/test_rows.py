"""Contract of a table with a sort key, in memory and on DynamoDB."""

from collections.abc import Callable
from typing import Any

import pytest

from events.order_list import LIST, OPEN
from functions.framework.ports import Row, Rows
from functions.runtime.aws.tables import DynamoRows
from functions.runtime.memory.rows import MemoryRows
from tests.functions.conftest import Calls, Stage


@pytest.fixture(params=["memory", "dynamo"])
def rows(request: pytest.FixtureRequest) -> Rows:
    if request.param == "memory":
        return MemoryRows(index=OPEN)
    stage: Stage = request.getfixturevalue("stage")
    return DynamoRows(stage.dynamodb, stage.own["orders", LIST])


def row(sort: str = "s", partition: str = "p", version: int | None = None, **values: Any) -> Row:
    return Row(partition=partition, sort=sort, values=values, version=version)


def sorts(found: Any) -> list[str]:
    return [each.sort for each in found]


def test_a_new_table_is_empty(rows: Rows) -> None:
    assert list(rows.all()) == []
    assert list(rows.page("p", limit=5)) == []
    assert list(rows.listed("1", limit=5)) == []


def test_a_row_is_read_as_it_was_written(rows: Rows) -> None:
    written = row(version=3, digits="0042", empty="", zero=0, debt=-7, big=10**30)

    assert rows.put(written)

    assert list(rows.page("p", limit=5)) == [written]
    assert list(rows.all()) == [written]


def test_the_values_of_a_row_are_sorted_by_name(rows: Rows) -> None:
    rows.put(row(b=1, c=2, a=3))

    (found,) = rows.page("p", limit=5)
    assert list(found.values) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("stored", "new", "written"),
    [
        (1, 2, True),
        (2, 2, False),
        (3, 2, False),
        (None, 1, True),
        (2, None, True),
        (None, None, True),
    ],
)
def test_a_version_replaces_only_an_older_one_and_a_row_without_version_replaces_any(
    rows: Rows, stored: int | None, new: int | None, written: bool
) -> None:
    rows.put(row(version=stored, text="old"))

    assert rows.put(row(version=new, text="new")) is written

    (found,) = rows.page("p", limit=5)
    assert found == (row(version=new, text="new") if written else row(version=stored, text="old"))


def test_a_new_row_replaces_all_values(rows: Rows) -> None:
    rows.put(row(version=1, reason="none", status="placed"))
    rows.put(row(version=2, status="confirmed"))

    (found,) = rows.page("p", limit=5)
    assert dict(found.values) == {"status": "confirmed"}


def test_a_row_may_be_removed_twice(rows: Rows) -> None:
    rows.put(row("a"))
    rows.put(row("b"))

    rows.remove("p", "a")
    rows.remove("p", "a")

    assert sorts(rows.all()) == ["b"]


def test_a_page_has_the_rows_of_one_partition_by_sort_key(rows: Rows) -> None:
    for sort in ("3", "1", "2"):
        rows.put(row(sort))
        rows.put(row(sort, partition="other"))

    assert sorts(rows.page("p", limit=5)) == ["1", "2", "3"]
    assert sorts(rows.page("p", limit=5, newest_first=True)) == ["3", "2", "1"]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_consecutive_pages_have_every_row_once(rows: Rows, limit: int, newest_first: bool) -> None:
    written = [f"{number:02}" for number in range(7)]
    for sort in written:
        rows.put(row(sort))

    pages, after = [], None
    while page := rows.page("p", limit=limit, after=after, newest_first=newest_first):
        pages.append(sorts(page))
        after = page[-1].sort

    assert [sort for page in pages for sort in page] == sorted(written, reverse=newest_first)
    assert all(len(page) == limit for page in pages[:-1])


def test_a_page_may_start_after_a_missing_row(rows: Rows) -> None:
    for sort in ("1", "3"):
        rows.put(row(sort))

    assert sorts(rows.page("p", limit=5, after="2")) == ["3"]
    assert sorts(rows.page("p", limit=5, after="2", newest_first=True)) == ["1"]


def test_keys_may_have_any_characters(rows: Rows) -> None:
    odd = row("1795425247382.0000#ÄÖ/…", partition="guest#☃ 'x'", name="<&\\n>")

    rows.put(odd)

    assert list(rows.page(odd.partition, limit=1)) == [odd]


def test_the_index_lists_a_row_while_it_has_the_attribute(rows: Rows) -> None:
    rows.put(row("a", version=1, open="1", status="placed"))
    rows.put(row("b", version=1, open="2"))
    rows.put(row("c", version=1))

    assert list(rows.listed("1", limit=5)) == [row("a", open="1")]

    rows.put(row("a", version=2, status="confirmed"))

    assert list(rows.listed("1", limit=5)) == []


def test_the_index_lists_rows_of_all_partitions_by_sort_key_in_pages(rows: Rows) -> None:
    places = [("p", "1"), ("q", "1"), ("p", "2"), ("q", "3")]
    for partition, sort in places:
        rows.put(row(sort, partition, open="1"))

    found, after = [], None
    while page := rows.listed("1", limit=1, after=after):
        (after,) = page
        found.append(after)

    assert sorts(found) == ["1", "1", "2", "3"]
    assert {(each.partition, each.sort) for each in found} == set(places)


def test_a_page_has_its_limit_although_dynamodb_returns_smaller_pages(
    stage: Stage, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = DynamoRows(stage.dynamodb, stage.own["orders", LIST])
    for number in range(9):
        rows.put(row(str(number)))
    query: Callable[..., Any] = stage.dynamodb.query
    monkeypatch.setattr(stage.dynamodb, "query", lambda **sent: query(**sent | {"Limit": 2}))
    calls.clear()

    assert sorts(rows.page("p", limit=5)) == ["0", "1", "2", "3", "4"]
    assert calls.operations == ["Query"] * 3


def test_pages_are_read_with_strong_consistency(stage: Stage, calls: Calls) -> None:
    DynamoRows(stage.dynamodb, stage.own["orders", LIST]).page("p", limit=5)

    assert calls[-1].sent["ConsistentRead"] is True
