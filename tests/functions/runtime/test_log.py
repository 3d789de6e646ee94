"""The log's contract, held by its twins in memory and by DynamoDB alike."""

from collections.abc import Callable
from typing import ClassVar, Protocol

import msgspec
import pytest

from events import codec
from events.codec import EventTooLarge, FutureVersion
from events.envelope import Fact, Unknown
from events.history import History
from events.inventory import Reserved, StockReleased, StockReserved, StockVoided
from events.ordering import OrderCancelled, OrderConfirmed
from events.payment import PaymentPrepared
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.runtime.memory import MemoryLog, MemoryTables
from functions.runtime.ports import Change, Log, Record, Refused
from ops.simulation.log import PlainLog
from tests.builders import ORDER, order_placed, placed, story, then
from tests.functions.conftest import Stage

WRITTEN = pytest.mark.parametrize("world", ["memory", "dynamo"], indirect=True)
"""For what is read back from items; the simulator's log keeps events as they are."""

PLACED = placed()
RESERVED = then(PLACED, StockReserved(lines=(Reserved(sku="DRUM", quantity=2),)))
VOIDED = then(PLACED, StockVoided())


class Subject(Protocol):
    """A log and inventory's stock beside it."""

    log: Log

    def stock(self, sku: str, pieces: int) -> None: ...

    def available(self, sku: str) -> int | None: ...


class InMemory:
    def __init__(self, make: Callable[[MemoryTables], Log] = MemoryLog) -> None:
        tables = MemoryTables()
        self._stock = tables(STOCK)
        self.log = make(tables)

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


@pytest.fixture(params=["memory", "plain", "dynamo"])
def world(request: pytest.FixtureRequest) -> Subject:
    if request.param == "dynamo":
        return InDynamo(request.getfixturevalue("stage"))
    return InMemory(PlainLog if request.param == "plain" else MemoryLog)


def take(sku: str, pieces: int) -> Change:
    return Change(table=STOCK, key=sku, attribute=AVAILABLE, by=-pieces)


def give(sku: str, pieces: int) -> Change:
    return Change(table=STOCK, key=sku, attribute=AVAILABLE, by=pieces)


def test_a_stream_without_events_is_empty(world: Subject) -> None:
    assert world.log.read(ORDER) == History()


def test_a_free_slot_takes_the_event_and_answers_with_it(world: Subject) -> None:
    assert world.log.append(PLACED) == PLACED
    assert world.log.read(ORDER) == History([PLACED])


def test_a_filled_slot_answers_with_what_is_there_and_keeps_it(world: Subject) -> None:
    world.log.append(RESERVED)

    assert world.log.append(VOIDED) == RESERVED
    assert world.log.read(ORDER) == History([RESERVED])


def test_a_slot_is_filled_in_its_own_stream_only(world: Subject) -> None:
    other = placed(order="ANOTHER")
    world.log.append(PLACED)

    assert world.log.append(other) == other
    assert world.log.read("ANOTHER") == History([other])


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_facts_for_a_slot_the_first_wins_whichever_it_is(world: Subject, first: int) -> None:
    contenders = [then(PLACED, OrderConfirmed()), then(PLACED, OrderCancelled(reason="customer"))]
    winner, loser = contenders[first], contenders[1 - first]

    assert [world.log.append(winner), world.log.append(loser)] == [winner, winner]


def test_the_stream_reads_the_same_whatever_the_order_of_the_writes(world: Subject) -> None:
    whole = story(PaymentPrepared(reference="r"), StockVoided(), OrderCancelled(reason="customer"))
    for event in reversed(list(whole)):
        world.log.append(event)

    assert world.log.read(ORDER) == whole


def test_every_attribute_comes_back_as_it_was_written(world: Subject) -> None:
    event = then(PLACED, PaymentPrepared(reference='Ünïcödé \N{TRUMPET} \\ " \n'))
    for written in (PLACED, event):
        world.log.append(written)

    assert list(world.log.read(ORDER)) == [PLACED, event]
    assert world.log.append(event) == event


def test_changes_are_written_with_the_fact(world: Subject) -> None:
    world.stock("DRUM", 5)
    world.stock("STICK", 5)

    assert world.log.append(RESERVED, [take("DRUM", 2), take("STICK", 5)]) == RESERVED
    assert (world.available("DRUM"), world.available("STICK")) == (3, 0)


def test_if_one_change_is_refused_nothing_is_written(world: Subject) -> None:
    world.stock("DRUM", 5)
    world.stock("STICK", 1)

    with pytest.raises(Refused):
        world.log.append(RESERVED, [take("DRUM", 2), take("STICK", 2)])

    assert (world.available("DRUM"), world.available("STICK")) == (5, 1)
    assert world.log.read(ORDER) == History()


def test_a_refusal_names_every_item_that_was_short_and_no_other(world: Subject) -> None:
    world.stock("DRUM", 5)
    world.stock("STICK", 1)

    with pytest.raises(Refused) as refused:
        world.log.append(RESERVED, [take("STICK", 2), take("DRUM", 5), take("GONG", 1)])

    assert refused.value.keys == ("STICK", "GONG")


def test_a_refused_slot_is_still_free(world: Subject) -> None:
    with pytest.raises(Refused):
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


def test_a_stream_of_several_pages_is_read_whole(world: Subject) -> None:
    note = "n" * 60_000
    events = [placed(msgspec.structs.replace(order_placed(), email=note))]
    for number in range(20):  # a page of DynamoDB's has 1 MB
        prepared = PaymentPrepared(reference=f"{number}{note}")
        events.append(then(events[-1], prepared, slot=f"payment/attempt/{number}"))  # type: ignore[arg-type]  # all are events
    for event in events:
        world.log.append(event)

    assert world.log.read(ORDER) == History(events)


class OrderGiftWrapped(Fact, frozen=True, kw_only=True):
    """What a newer deployment might state."""

    sources: ClassVar[tuple[str, ...]] = ("wrapping",)
    slots: ClassVar[tuple[str, ...]] = ("wrapping/wrap",)

    ribbon: str


@WRITTEN
def test_a_reader_is_not_stopped_by_a_type_that_it_does_not_know(world: Subject) -> None:
    wrapped = then(PLACED, OrderGiftWrapped(ribbon="red"))
    for event in (PLACED, wrapped):
        world.log.append(event)

    history = world.log.read(ORDER)

    assert history.find(type(PLACED.data)) == PLACED
    held = history.at("wrapping/wrap")
    assert held is not None
    assert (held.type, held.data, held.sequence) == (
        "OrderGiftWrapped",
        Unknown(),
        wrapped.sequence,
    )


@WRITTEN
def test_a_future_version_of_a_known_type_stops_the_reader(world: Subject) -> None:
    world.log.append(msgspec.structs.replace(PLACED, dataversion=3))

    with pytest.raises(FutureVersion, match="OrderPlaced 3"):
        world.log.read(ORDER)
