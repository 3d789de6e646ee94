"""Contract of a service's own table, in memory and on DynamoDB."""

from typing import NamedTuple

import pytest

from events.contracts.inventory import StockReleased
from functions.framework.ports import Change, Log, Record, Records
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.tables import MemoryTables
from testkit.builders import placed, then
from tests.functions.conftest import Stage


class Subject(NamedTuple):
    """A table, and a log whose facts may change it."""

    records: Records
    log: Log


@pytest.fixture(params=["memory", "dynamo"])
def subject(request: pytest.FixtureRequest) -> Subject:
    if request.param == "dynamo":
        stage: Stage = request.getfixturevalue("stage")
        return Subject(stage.records("inventory", STOCK), stage.log("inventory"))
    tables = MemoryTables()
    return Subject(tables(STOCK), MemoryLog(tables))


def record(version: int, **values: str | int) -> Record:
    return Record(key="k", values=values, version=version)


def test_a_new_table_has_no_items(subject: Subject) -> None:
    assert subject.records.get("k") is None
    assert list(subject.records.all()) == []


def test_a_new_item_is_read_back_with_its_first_version(subject: Subject) -> None:
    assert subject.records.put(record(0, state="prepared", amount=4900))
    assert subject.records.get("k") == record(1, state="prepared", amount=4900)


def test_texts_and_numbers_keep_their_types(subject: Subject) -> None:
    subject.records.put(record(0, digits="0042", empty="", zero=0, debt=-7, big=10**30))

    assert subject.records.get("k") == record(
        1, digits="0042", empty="", zero=0, debt=-7, big=10**30
    )


def test_a_write_after_a_read_of_the_latest_version_succeeds(subject: Subject) -> None:
    subject.records.put(record(0, state="prepared"))

    assert subject.records.put(record(1, state="captured"))
    assert subject.records.get("k") == record(2, state="captured")


def test_of_two_writes_after_a_read_of_the_same_version_one_succeeds(subject: Subject) -> None:
    subject.records.put(record(0, state="prepared"))

    assert subject.records.put(record(1, state="captured"))
    assert not subject.records.put(record(1, state="cancelled"))
    assert subject.records.get("k") == record(2, state="captured")


def test_of_two_writes_of_a_new_item_one_succeeds(subject: Subject) -> None:
    assert subject.records.put(record(0, tracking="A"))
    assert not subject.records.put(record(0, tracking="B"))
    assert subject.records.get("k") == record(1, tracking="A")


def test_a_later_version_of_a_missing_item_is_not_written(subject: Subject) -> None:
    assert not subject.records.put(record(3, state="captured"))
    assert subject.records.get("k") is None


def test_a_version_that_was_never_read_is_not_written(subject: Subject) -> None:
    subject.records.put(record(0, state="prepared"))

    assert not subject.records.put(record(5, state="captured"))
    assert subject.records.get("k") == record(1, state="prepared")


def test_a_write_replaces_the_whole_item(subject: Subject) -> None:
    subject.records.put(record(0, state="prepared", token="tok_success"))
    subject.records.put(record(1, state="captured"))

    assert subject.records.get("k") == record(2, state="captured")


def test_a_later_edit_of_the_values_does_not_change_the_item(subject: Subject) -> None:
    values: dict[str, str | int] = {"state": "prepared"}
    subject.records.put(Record(key="k", values=values, version=0))
    values["state"] = "edited afterwards"

    assert subject.records.get("k") == record(1, state="prepared")


def test_all_items_are_listed_with_their_versions(subject: Subject) -> None:
    for key in ("b", "a"):
        subject.records.put(Record(key=key, values={"n": 1}, version=0))
    subject.records.put(Record(key="a", values={"n": 2}, version=1))

    assert sorted(subject.records.all(), key=lambda r: r.key) == [
        Record(key="a", values={"n": 2}, version=2),
        Record(key="b", values={"n": 1}, version=1),
    ]


def test_a_change_with_a_fact_keeps_the_version_and_other_values(subject: Subject) -> None:
    subject.records.put(record(0, available=5, shelf="north"))
    released = then(placed(), StockReleased(lines=()))
    subject.log.append(released, [Change(table=STOCK, key="k", attribute=AVAILABLE, by=2)])

    assert subject.records.get("k") == record(1, available=7, shelf="north")


def test_an_item_created_by_a_change_has_no_version_yet(subject: Subject) -> None:
    released = then(placed(), StockReleased(lines=()))
    subject.log.append(released, [Change(table=STOCK, key="k", attribute=AVAILABLE, by=2)])

    assert subject.records.get("k") == record(0, available=2)
    assert subject.records.put(record(0, available=9))
    assert subject.records.get("k") == record(1, available=9)
