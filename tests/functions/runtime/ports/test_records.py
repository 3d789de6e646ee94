"""The contract of a service's own table, held by its twin in memory and by DynamoDB alike."""

from typing import Protocol

import pytest

from events.contracts.inventory import StockReleased
from functions.framework.ports import Change, Log, Record, Records
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.runtime.aws.tables import DynamoRecords
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.tables import MemoryTables
from tests.functions.conftest import Stage
from tests.support.builders import placed, then


class Subject(Protocol):
    """A table, and a log whose facts may change it."""

    records: Records
    log: Log


class InMemory:
    def __init__(self) -> None:
        tables = MemoryTables()
        self.records: Records = tables(STOCK)
        self.log: Log = MemoryLog(tables)


class InDynamo:
    def __init__(self, stage: Stage) -> None:
        self.records: Records = DynamoRecords(stage.dynamodb, stage.own["inventory", STOCK])
        self.log: Log = stage.log("inventory")


@pytest.fixture(params=["memory", "dynamo"])
def world(request: pytest.FixtureRequest) -> Subject:
    return InMemory() if request.param == "memory" else InDynamo(request.getfixturevalue("stage"))


def record(version: int, **values: str | int) -> Record:
    return Record(key="k", values=values, version=version)


def test_what_was_never_written_is_not_there(world: Subject) -> None:
    assert world.records.get("k") is None
    assert list(world.records.all()) == []


def test_a_new_item_is_read_back_with_its_first_version(world: Subject) -> None:
    assert world.records.put(record(0, state="prepared", amount=4900))
    assert world.records.get("k") == record(1, state="prepared", amount=4900)


def test_texts_stay_texts_and_numbers_numbers(world: Subject) -> None:
    world.records.put(record(0, digits="0042", empty="", zero=0, debt=-7, big=10**30))

    assert world.records.get("k") == record(1, digits="0042", empty="", zero=0, debt=-7, big=10**30)


def test_who_read_the_latest_version_may_write_the_next(world: Subject) -> None:
    world.records.put(record(0, state="prepared"))

    assert world.records.put(record(1, state="captured"))
    assert world.records.get("k") == record(2, state="captured")


def test_of_two_who_read_the_same_version_one_writes(world: Subject) -> None:
    world.records.put(record(0, state="prepared"))

    assert world.records.put(record(1, state="captured"))
    assert not world.records.put(record(1, state="cancelled"))
    assert world.records.get("k") == record(2, state="captured")


def test_of_two_who_found_nothing_one_writes(world: Subject) -> None:
    assert world.records.put(record(0, tracking="A"))
    assert not world.records.put(record(0, tracking="B"))
    assert world.records.get("k") == record(1, tracking="A")


def test_a_version_of_an_item_that_is_gone_is_not_written(world: Subject) -> None:
    assert not world.records.put(record(3, state="captured"))
    assert world.records.get("k") is None


def test_a_version_that_never_was_is_not_written(world: Subject) -> None:
    world.records.put(record(0, state="prepared"))

    assert not world.records.put(record(5, state="captured"))
    assert world.records.get("k") == record(1, state="prepared")


def test_an_item_is_written_whole(world: Subject) -> None:
    world.records.put(record(0, state="prepared", token="tok_success"))
    world.records.put(record(1, state="captured"))

    assert world.records.get("k") == record(2, state="captured")


def test_writing_does_not_alter_what_was_handed_in(world: Subject) -> None:
    values: dict[str, str | int] = {"state": "prepared"}
    world.records.put(Record(key="k", values=values, version=0))
    values["state"] = "edited afterwards"

    assert world.records.get("k") == record(1, state="prepared")


def test_all_items_are_listed_with_their_versions(world: Subject) -> None:
    for key in ("b", "a"):
        world.records.put(Record(key=key, values={"n": 1}, version=0))
    world.records.put(Record(key="a", values={"n": 2}, version=1))

    assert sorted(world.records.all(), key=lambda r: r.key) == [
        Record(key="a", values={"n": 2}, version=2),
        Record(key="b", values={"n": 1}, version=1),
    ]


def test_a_change_by_a_fact_leaves_the_version_and_the_other_values_alone(world: Subject) -> None:
    world.records.put(record(0, available=5, shelf="north"))
    released = then(placed(), StockReleased(lines=()))
    world.log.append(released, [Change(table=STOCK, key="k", attribute=AVAILABLE, by=2)])

    assert world.records.get("k") == record(1, available=7, shelf="north")


def test_an_item_that_a_change_created_has_no_version_yet(world: Subject) -> None:
    released = then(placed(), StockReleased(lines=()))
    world.log.append(released, [Change(table=STOCK, key="k", attribute=AVAILABLE, by=2)])

    assert world.records.get("k") == record(0, available=2)
    assert world.records.put(record(0, available=9))
    assert world.records.get("k") == record(1, available=9)
