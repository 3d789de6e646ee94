"""Contract of the log, in memory and on DynamoDB."""

from typing import ClassVar

import msgspec
import pytest

from events.codec import FutureVersion
from events.contracts.inventory import Reserved, StockReserved, StockVoided
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentPrepared
from events.envelope import Fact, Unknown
from events.history import History
from functions.framework.ports import Log
from functions.runtime.memory.log import MemoryLog
from testkit.builders import ORDER, history_of, order_placed, placed, then
from tests.functions.conftest import Stage

WRITTEN = pytest.mark.parametrize("log", ["memory as items", "dynamo"], indirect=True)
"""Logs that decode items; the simulator's log keeps the events themselves."""

PLACED = placed()
RESERVED = then(PLACED, StockReserved(lines=(Reserved(sku="DRUM", quantity=2),)))
VOIDED = then(PLACED, StockVoided())


@pytest.fixture(params=["memory", "memory as items", "dynamo"])
def log(request: pytest.FixtureRequest) -> Log:
    if request.param == "dynamo":
        stage: Stage = request.getfixturevalue("stage")
        return stage.log()
    return MemoryLog(as_items=request.param == "memory as items")


def test_a_stream_without_events_is_empty(log: Log) -> None:
    assert log.read(ORDER) == History()


def test_a_free_slot_takes_the_event_and_returns_it(log: Log) -> None:
    assert log.append(PLACED) == PLACED
    assert log.read(ORDER) == History([PLACED])


def test_a_filled_slot_keeps_its_event_and_returns_it(log: Log) -> None:
    log.append(RESERVED)

    assert log.append(VOIDED) == RESERVED
    assert log.read(ORDER) == History([RESERVED])


def test_a_slot_is_filled_in_its_own_stream_only(log: Log) -> None:
    other = placed(order="ANOTHER")
    log.append(PLACED)

    assert log.append(other) == other
    assert log.read("ANOTHER") == History([other])


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_facts_for_a_slot_the_first_wins(log: Log, first: int) -> None:
    contenders = [then(PLACED, OrderConfirmed()), then(PLACED, OrderCancelled(reason="customer"))]
    winner, loser = contenders[first], contenders[1 - first]

    assert [log.append(winner), log.append(loser)] == [winner, winner]


def test_a_stream_is_sorted_whatever_the_order_of_the_writes(log: Log) -> None:
    whole = history_of(
        PaymentPrepared(reference="r"), StockVoided(), OrderCancelled(reason="customer")
    )
    for event in reversed(list(whole)):
        log.append(event)

    assert log.read(ORDER) == whole


def test_every_attribute_is_read_as_it_was_written(log: Log) -> None:
    event = then(PLACED, PaymentPrepared(reference='Ünïcödé \N{TRUMPET} \\ " \n'))
    for written in (PLACED, event):
        log.append(written)

    assert list(log.read(ORDER)) == [PLACED, event]
    assert log.append(event) == event


def test_a_stream_of_several_pages_is_read_completely(log: Log) -> None:
    note = "n" * 60_000
    events = [placed(msgspec.structs.replace(order_placed(), email=note))]
    for number in range(20):  # a page of DynamoDB has 1 MB
        prepared = PaymentPrepared(reference=f"{number}{note}")
        events.append(then(events[-1], prepared, slot=f"payment/attempt/{number}"))  # type: ignore[arg-type]  # all are events
    for event in events:
        log.append(event)

    assert log.read(ORDER) == History(events)


class OrderGiftWrapped(Fact, frozen=True, kw_only=True):
    """A fact of a newer deployment."""

    sources: ClassVar[tuple[str, ...]] = ("wrapping",)
    slots: ClassVar[tuple[str, ...]] = ("wrapping/wrap",)

    ribbon: str


@WRITTEN
def test_an_event_of_an_unknown_type_is_read_without_its_data(log: Log) -> None:
    wrapped = then(PLACED, OrderGiftWrapped(ribbon="red"))
    for event in (PLACED, wrapped):
        log.append(event)

    history = log.read(ORDER)

    assert history.find(type(PLACED.data)) == PLACED
    held = history.at("wrapping/wrap")
    assert held is not None
    assert (held.type, held.data, held.sequence) == (
        "OrderGiftWrapped",
        Unknown(),
        wrapped.sequence,
    )


@WRITTEN
def test_a_future_version_of_a_known_type_is_an_error(log: Log) -> None:
    log.append(msgspec.structs.replace(PLACED, dataversion=3))

    with pytest.raises(FutureVersion, match="OrderPlaced 3"):
        log.read(ORDER)
