"""A fact and the changes that go with it: the log writes all of them, or nothing.

One contract for the twins in memory and for DynamoDB.
"""

from typing import Protocol

import msgspec
import pytest

from events import codec
from events.codec import EventTooLarge
from events.contracts.inventory import Reserved, StockReleased, StockReserved, StockVoided
from events.history import History
from functions.framework.ports import Change, ChangeRefused, Log, Record
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.tables import MemoryTables
from tests.functions.conftest import Stage
from tests.support.builders import ORDER, placed, then

PLACED = placed()
RESERVED = then(PLACED, StockReserved(lines=(Reserved(sku="DRUM", quantity=2),)))
VOIDED = then(PLACED, StockVoided())


class Subject(Protocol):
    """A log and inventory's stock beside it."""

    log: Log

    def stock(self, sku: str, pieces: int) -> None: ...

    def available(self, sku: str) -> int | None: ...


class InMemory:
    def __init__(self, *, as_items: bool = True) -> None:
        tables = MemoryTables()
        self._stock = tables(STOCK)
        self.log: Log = MemoryLog(tables, as_items=as_items)

    def stock(self, sku: str, pieces: int) -> None:
        assert self._stock.put(Record(key=sku, values={AVAILABLE: pieces}, version=0))

    def available(self, sku: str) -> int | None:
        record = self._stock.get(sku)
        return int(record.values[AVAILABLE]) if record else None


class InDynamo:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.log: Log = stage.log("inventory")

    def stock(self, sku: str, pieces: int) -> None:
        self._stage.put("inventory", STOCK, sku, **{AVAILABLE: pieces})

    def available(self, sku: str) -> int | None:
        table = self._stage.own["inventory", STOCK]
        answer = self._stage.dynamodb.get_item(
            TableName=table.name, Key={table.key: {"S": sku}}, ConsistentRead=True
        )
        return int(answer["Item"][AVAILABLE]["N"]) if "Item" in answer else None


@pytest.fixture(params=["memory", "memory as items", "dynamo"])
def world(request: pytest.FixtureRequest) -> Subject:
    if request.param == "dynamo":
        return InDynamo(request.getfixturevalue("stage"))
    return InMemory(as_items=request.param == "memory as items")


def take(sku: str, pieces: int) -> Change:
    return Change(table=STOCK, key=sku, attribute=AVAILABLE, by=-pieces)


def give(sku: str, pieces: int) -> Change:
    return Change(table=STOCK, key=sku, attribute=AVAILABLE, by=pieces)


def test_changes_are_written_with_the_fact(world: Subject) -> None:
    world.stock("DRUM", 5)
    world.stock("STICK", 5)

    assert world.log.append(RESERVED, [take("DRUM", 2), take("STICK", 5)]) == RESERVED
    assert (world.available("DRUM"), world.available("STICK")) == (3, 0)


def test_if_one_change_is_refused_nothing_is_written(world: Subject) -> None:
    world.stock("DRUM", 5)
    world.stock("STICK", 1)

    with pytest.raises(ChangeRefused):
        world.log.append(RESERVED, [take("DRUM", 2), take("STICK", 2)])

    assert (world.available("DRUM"), world.available("STICK")) == (5, 1)
    assert world.log.read(ORDER) == History()


def test_a_refusal_names_every_item_that_was_short_and_no_other(world: Subject) -> None:
    world.stock("DRUM", 5)
    world.stock("STICK", 1)

    with pytest.raises(ChangeRefused) as refused:
        world.log.append(RESERVED, [take("STICK", 2), take("DRUM", 5), take("GONG", 1)])

    assert refused.value.keys == ("STICK", "GONG")


def test_a_refused_slot_is_still_free(world: Subject) -> None:
    with pytest.raises(ChangeRefused):
        world.log.append(RESERVED, [take("GONG", 1)])

    assert world.log.append(VOIDED) == VOIDED


def test_a_filled_slot_leaves_the_stock_alone(world: Subject) -> None:
    world.stock("DRUM", 5)
    world.log.append(RESERVED, [take("DRUM", 2)])

    assert world.log.append(RESERVED, [take("DRUM", 2)]) == RESERVED
    assert world.available("DRUM") == 3


def test_a_filled_slot_is_answered_although_the_stock_is_short_by_now(world: Subject) -> None:
    world.stock("DRUM", 2)
    world.log.append(RESERVED, [take("DRUM", 2)])

    assert world.log.append(RESERVED, [take("DRUM", 2)]) == RESERVED


def test_what_is_given_back_to_a_missing_item_creates_it(world: Subject) -> None:
    released = then(RESERVED, StockReleased(lines=()))

    assert world.log.append(released, [give("LUTE", 3)]) == released
    assert world.available("LUTE") == 3


def test_the_last_piece_can_be_taken(world: Subject) -> None:
    world.stock("DRUM", 1)
    world.log.append(RESERVED, [take("DRUM", 1)])

    assert world.available("DRUM") == 0


def test_an_event_that_could_not_travel_is_not_written(world: Subject) -> None:
    world.stock("DRUM", 5)
    huge = msgspec.structs.replace(
        RESERVED, data=StockReserved(lines=(Reserved(sku="D" * codec.MAX_BYTES, quantity=1),))
    )

    for changes in ([], [take("DRUM", 1)]):
        with pytest.raises(EventTooLarge):
            world.log.append(huge, changes)

    assert world.log.read(ORDER) == History()
    assert world.available("DRUM") == 5
