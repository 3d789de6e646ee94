"""The log from end to end: one contract for the twin in memory and for DynamoDB."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from events import codec
from events.codec import Undecodable
from events.contracts.ordering import OrderConfirmed
from events.contracts.payment import PaymentPrepared
from events.envelope import Event
from functions import names
from functions.framework.ports import Log
from functions.runtime.memory import log as memory_log
from functions.runtime.memory.log import MemoryLog
from functions.runtime.operating.ports import Pages, Selection
from functions.runtime.operating.scan import DynamoPages
from tests.functions.conftest import Calls, Stage
from tests.support.builders import NOW, placed, then

ORDERS = [f"ORDER{number}" for number in range(7)]


class World:
    """A log, and the way in which operators read all of it."""

    def __init__(self, log: Log, pages: Pages) -> None:
        self.log, self.pages = log, pages

    def know(self, *events: Event[Any]) -> None:
        for event in events:
            self.log.append(event)


@pytest.fixture(params=["memory", "dynamo"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    if request.param == "memory":
        monkeypatch.setattr(memory_log, "PAGE_OF_ORDERS", 2)
        log = MemoryLog()
        return World(log, log)
    stage = request.getfixturevalue("stage")
    return World(stage.log(), DynamoPages(stage.dynamodb, names.log_table(stage.name), page=3))


def story_of(order: str, seconds: float = 0) -> list[Event[Any]]:
    first = placed(order=order, now=NOW + timedelta(seconds=seconds))
    prepared = then(first, PaymentPrepared(reference="r"))
    return [first, prepared, then(prepared, OrderConfirmed())]


def read(pages: Pages, selection: Selection, cursor: str | None = None) -> Iterator[Event[Any]]:
    while True:
        page = pages.page(selection, cursor)
        yield from page.events
        if page.cursor is None:
            return
        cursor = page.cursor


def test_an_empty_log_is_one_empty_page(world: World) -> None:
    page = world.pages.page(Selection())

    assert (page.events, page.cursor) == ((), None)


def test_every_event_is_read_once_an_orders_together_sorted_by_slot(world: World) -> None:
    for order in ORDERS:
        world.know(*story_of(order))

    found = [(event.subject, event.slot) for event in read(world.pages, Selection())]

    together = list(dict.fromkeys(order for order, _ in found))
    assert sorted(together) == ORDERS
    slots = ["outcome", "payment/attempt", "placed"]
    assert found == [(order, slot) for order in together for slot in slots]


def test_events_come_back_as_they_were_written(world: World) -> None:
    events = story_of("A")
    world.know(*events)

    assert sorted(read(world.pages, Selection()), key=lambda e: e.sequence) == events


def test_beside_each_event_is_its_message(world: World) -> None:
    world.know(*story_of("A"), placed(order="B"))

    page = world.pages.page(Selection(types=("OrderPlaced", "OrderConfirmed"), orders=("A",)))

    assert [event.type for event in page.events] == ["OrderConfirmed", "OrderPlaced"]
    assert [(m.id, m.subject, m.type, m.sequence, m.body) for m in page.messages] == [
        (e.id, e.subject, e.type, e.sequence, codec.encode(e)) for e in page.events
    ]


def test_reading_goes_on_beyond_any_event(world: World) -> None:
    for order in ORDERS:
        world.know(*story_of(order))
    whole = list(read(world.pages, Selection()))

    for number, event in enumerate(whole):
        assert list(read(world.pages, Selection(), event.id)) == whole[number + 1 :]


def test_reading_goes_on_beyond_any_event_of_the_orders_that_are_asked_for(world: World) -> None:
    for order in ORDERS:
        world.know(*story_of(order))
    selection = Selection(orders=("ORDER1", "ORDER4", "ORDER5"))
    whole = list(read(world.pages, selection))

    assert [event.subject for event in whole[::3]] == ["ORDER1", "ORDER4", "ORDER5"]
    for number, event in enumerate(whole):
        assert list(read(world.pages, selection, event.id)) == whole[number + 1 :]


def test_a_range_has_its_beginning_and_not_its_end(world: World) -> None:
    for second, order in enumerate(ORDERS):
        world.know(placed(order=order, now=NOW + timedelta(seconds=second)))
    selection = Selection(since=NOW + timedelta(seconds=2), until=NOW + timedelta(seconds=5))

    found = {event.subject for event in read(world.pages, selection)}

    assert found == {"ORDER2", "ORDER3", "ORDER4"}


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (0, 1, "A"),
        (0, 400, "A"),
        (0, 401, "AB"),
        (400, 1000, "B"),
        (401, 1000, ""),
        (1, 2000, "BC"),
    ],
)
def test_a_range_is_exact_within_a_second(world: World, since: int, until: int, found: str) -> None:
    for order, millis in (("A", 0), ("B", 400), ("C", 1000)):
        world.know(placed(order=order, now=NOW + timedelta(milliseconds=millis)))
    selection = Selection(
        since=NOW + timedelta(milliseconds=since), until=NOW + timedelta(milliseconds=until)
    )

    assert "".join(sorted(e.subject for e in read(world.pages, selection))) == found


def test_types_are_chosen(world: World) -> None:
    for order in ORDERS[:3]:
        world.know(*story_of(order))
    selection = Selection(types=("OrderConfirmed", "OrderPlaced"))

    found = [event.type for event in read(world.pages, selection)]

    assert sorted(found) == ["OrderConfirmed"] * 3 + ["OrderPlaced"] * 3


def test_all_conditions_hold_together(world: World) -> None:
    for second, order in enumerate(ORDERS):
        world.know(*story_of(order, second))
    selection = Selection(
        since=NOW + timedelta(seconds=1),
        until=NOW + timedelta(seconds=4),
        types=("OrderPlaced",),
        orders=("ORDER0", "ORDER2", "ORDER3", "ORDER5"),
        settled=True,
    )

    assert [e.id for e in read(world.pages, selection)] == ["ORDER2/placed", "ORDER3/placed"]


def test_an_order_without_events_is_passed_over(world: World) -> None:
    world.know(*story_of("B"))

    assert len(list(read(world.pages, Selection(orders=("A", "B", "C"))))) == 3


# -- DynamoDB alone --------------------------------------------------------------------------------


def test_what_is_no_event_stops_the_reading_and_is_named(stage: Stage) -> None:
    table = names.log_table(stage.name)
    stage.dynamodb.put_item(
        TableName=table, Item={"subject": {"S": "A"}, "slot": {"S": "placed"}, "x": {"S": "y"}}
    )

    with pytest.raises(Undecodable, match="A/placed: not an item"):
        DynamoPages(stage.dynamodb, table).page(Selection())


def test_a_settled_reading_asks_for_strong_consistency_and_orders_are_queried(
    stage: Stage, calls: Calls
) -> None:
    pages = DynamoPages(stage.dynamodb, names.log_table(stage.name))
    pages.page(Selection())
    pages.page(Selection(settled=True))
    pages.page(Selection(orders=("A",)))

    assert calls.operations == ["Scan", "Scan", "Query"]
    assert [call.sent["ConsistentRead"] for call in calls.made] == [False, True, False]
