"""Contract of a fact with changes, in memory and on DynamoDB: all or none is written."""

import msgspec
import pytest

from events import codec
from events.codec import EventTooLarge
from events.contracts.inventory import Reserved, StockReleased, StockReserved, StockVoided
from events.history import History
from functions.framework.ports import Change, ChangeRefused, Log, Record, Records
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.tables import MemoryTables
from testkit.builders import ORDER, placed, then
from tests.functions.conftest import Stage

PLACED = placed()
RESERVED = then(PLACED, StockReserved(lines=(Reserved(sku="DRUM", quantity=2),)))
VOIDED = then(PLACED, StockVoided())


class Subject:
    """A log, and inventory's stock, which its changes name."""

    def __init__(self, log: Log, records: Records) -> None:
        self.log, self._records = log, records

    def stock(self, sku: str, pieces: int) -> None:
        assert self._records.put(Record(key=sku, values={AVAILABLE: pieces}, version=0))

    def available(self, sku: str) -> int | None:
        record = self._records.get(sku)
        return int(record.values[AVAILABLE]) if record else None


@pytest.fixture(params=["memory", "memory as items", "dynamo"])
def subject(request: pytest.FixtureRequest) -> Subject:
    if request.param == "dynamo":
        stage: Stage = request.getfixturevalue("stage")
        return Subject(stage.log("inventory"), stage.records("inventory", STOCK))
    tables = MemoryTables()
    log = MemoryLog(tables, as_items=request.param == "memory as items")
    return Subject(log, tables(STOCK))


def take(sku: str, pieces: int) -> Change:
    return Change(table=STOCK, key=sku, attribute=AVAILABLE, by=-pieces)


def give(sku: str, pieces: int) -> Change:
    return Change(table=STOCK, key=sku, attribute=AVAILABLE, by=pieces)


def test_changes_are_written_with_the_fact(subject: Subject) -> None:
    subject.stock("DRUM", 5)
    subject.stock("STICK", 5)

    assert subject.log.append(RESERVED, [take("DRUM", 2), take("STICK", 5)]) == RESERVED
    assert (subject.available("DRUM"), subject.available("STICK")) == (3, 0)


def test_if_one_change_is_refused_nothing_is_written(subject: Subject) -> None:
    subject.stock("DRUM", 5)
    subject.stock("STICK", 1)

    with pytest.raises(ChangeRefused):
        subject.log.append(RESERVED, [take("DRUM", 2), take("STICK", 2)])

    assert (subject.available("DRUM"), subject.available("STICK")) == (5, 1)
    assert subject.log.read(ORDER) == History()


def test_a_refusal_names_exactly_the_items_that_are_short(subject: Subject) -> None:
    subject.stock("DRUM", 5)
    subject.stock("STICK", 1)

    with pytest.raises(ChangeRefused) as refused:
        subject.log.append(RESERVED, [take("STICK", 2), take("DRUM", 5), take("GONG", 1)])

    assert refused.value.keys == ("STICK", "GONG")


def test_a_refused_slot_is_still_free(subject: Subject) -> None:
    with pytest.raises(ChangeRefused):
        subject.log.append(RESERVED, [take("GONG", 1)])

    assert subject.log.append(VOIDED) == VOIDED


def test_a_fact_for_a_filled_slot_does_not_change_the_stock(subject: Subject) -> None:
    subject.stock("DRUM", 5)
    subject.log.append(RESERVED, [take("DRUM", 2)])

    assert subject.log.append(RESERVED, [take("DRUM", 2)]) == RESERVED
    assert subject.available("DRUM") == 3


def test_a_filled_slot_is_returned_although_the_stock_is_short_by_now(subject: Subject) -> None:
    subject.stock("DRUM", 2)
    subject.log.append(RESERVED, [take("DRUM", 2)])

    assert subject.log.append(RESERVED, [take("DRUM", 2)]) == RESERVED


def test_an_addition_to_a_missing_item_creates_it(subject: Subject) -> None:
    released = then(RESERVED, StockReleased(lines=()))

    assert subject.log.append(released, [give("LUTE", 3)]) == released
    assert subject.available("LUTE") == 3


def test_the_last_piece_can_be_taken(subject: Subject) -> None:
    subject.stock("DRUM", 1)
    subject.log.append(RESERVED, [take("DRUM", 1)])

    assert subject.available("DRUM") == 0


def test_an_event_that_is_too_large_is_not_written(subject: Subject) -> None:
    subject.stock("DRUM", 5)
    huge = msgspec.structs.replace(
        RESERVED, data=StockReserved(lines=(Reserved(sku="D" * codec.MAX_BYTES, quantity=1),))
    )

    for changes in ([], [take("DRUM", 1)]):
        with pytest.raises(EventTooLarge):
            subject.log.append(huge, changes)

    assert subject.log.read(ORDER) == History()
    assert subject.available("DRUM") == 5
