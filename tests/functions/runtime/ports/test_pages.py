"""Contract of reading the whole log in pages, in memory and on DynamoDB."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

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
from functions.runtime.operating.ports import Pages, Selection, every_page
from functions.runtime.operating.scan import DynamoPages
from testkit.builders import NOW, placed, then
from tests.functions.conftest import Calls, Stage

ORDERS = [f"ORDER{number}" for number in range(7)]


class Subject(NamedTuple):
    """A log, and the port that reads all of it."""

    log: Log
    pages: Pages

    def append(self, *events: Event[Any]) -> None:
        for event in events:
            self.log.append(event)


@pytest.fixture(params=[None, 1, 2, 3, 4], ids=["memory", *(f"dynamo-{n}" for n in range(1, 5))])
def subject(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Subject:
    """A log in memory, or on DynamoDB with pages that end within an order of three events."""
    if request.param is None:
        monkeypatch.setattr(memory_log, "PAGE_OF_ORDERS", 2)
        log = MemoryLog()
        return Subject(log, log)
    stage = request.getfixturevalue("stage")
    table = names.log_table(stage.name)
    return Subject(stage.log(), DynamoPages(stage.dynamodb, table, page=request.param))


def events_of(order: str, seconds: float = 0) -> list[Event[Any]]:
    first = placed(order=order, now=NOW + timedelta(seconds=seconds))
    prepared = then(first, PaymentPrepared(reference="r"))
    return [first, prepared, then(prepared, OrderConfirmed())]


def read(pages: Pages, selection: Selection, cursor: str | None = None) -> Iterator[Event[Any]]:
    for page in every_page(pages, selection, cursor):
        yield from page.events


def test_an_empty_log_is_one_empty_page(subject: Subject) -> None:
    page = subject.pages.page(Selection())

    assert (page.events, page.cursor) == ((), None)


def test_every_event_is_read_once_by_order_and_slot(subject: Subject) -> None:
    for order in ORDERS:
        subject.append(*events_of(order))

    found = [(event.subject, event.slot) for event in read(subject.pages, Selection())]

    together = list(dict.fromkeys(order for order, _ in found))
    assert sorted(together) == ORDERS
    slots = ["outcome", "payment/attempt", "placed"]
    assert found == [(order, slot) for order in together for slot in slots]


def test_events_are_read_as_they_were_written(subject: Subject) -> None:
    events = events_of("A")
    subject.append(*events)

    assert sorted(read(subject.pages, Selection()), key=lambda e: e.sequence) == events


def test_a_page_has_the_message_of_each_event(subject: Subject) -> None:
    subject.append(*events_of("A"), placed(order="B"))

    selection = Selection(types=("OrderPlaced", "OrderConfirmed"), orders=("A",))
    pages = list(every_page(subject.pages, selection))

    events = [event for page in pages for event in page.events]
    assert [event.type for event in events] == ["OrderConfirmed", "OrderPlaced"]
    for page in pages:
        assert [(m.id, m.subject, m.type, m.sequence, m.body) for m in page.messages] == [
            (e.id, e.subject, e.type, e.sequence, codec.encode(e)) for e in page.events
        ]


def test_reading_can_continue_after_any_event(subject: Subject) -> None:
    for order in ORDERS:
        subject.append(*events_of(order))
    whole = list(read(subject.pages, Selection()))

    for number, event in enumerate(whole):
        assert list(read(subject.pages, Selection(), event.id)) == whole[number + 1 :]


def test_reading_selected_orders_can_continue_after_any_event(subject: Subject) -> None:
    for order in ORDERS:
        subject.append(*events_of(order))
    selection = Selection(orders=("ORDER1", "ORDER4", "ORDER5"))
    whole = list(read(subject.pages, selection))

    assert [event.subject for event in whole[::3]] == ["ORDER1", "ORDER4", "ORDER5"]
    for number, event in enumerate(whole):
        assert list(read(subject.pages, selection, event.id)) == whole[number + 1 :]


def test_a_range_includes_its_start_and_excludes_its_end(subject: Subject) -> None:
    for second, order in enumerate(ORDERS):
        subject.append(placed(order=order, now=NOW + timedelta(seconds=second)))
    selection = Selection(since=NOW + timedelta(seconds=2), until=NOW + timedelta(seconds=5))

    found = {event.subject for event in read(subject.pages, selection)}

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
def test_a_range_is_exact_to_the_millisecond(
    subject: Subject, since: int, until: int, found: str
) -> None:
    for order, millis in (("A", 0), ("B", 400), ("C", 1000)):
        subject.append(placed(order=order, now=NOW + timedelta(milliseconds=millis)))
    selection = Selection(
        since=NOW + timedelta(milliseconds=since), until=NOW + timedelta(milliseconds=until)
    )

    assert "".join(sorted(e.subject for e in read(subject.pages, selection))) == found


def test_only_selected_types_are_read(subject: Subject) -> None:
    for order in ORDERS[:3]:
        subject.append(*events_of(order))
    selection = Selection(types=("OrderConfirmed", "OrderPlaced"))

    found = [event.type for event in read(subject.pages, selection)]

    assert sorted(found) == ["OrderConfirmed"] * 3 + ["OrderPlaced"] * 3


def test_all_conditions_of_a_selection_apply(subject: Subject) -> None:
    for second, order in enumerate(ORDERS):
        subject.append(*events_of(order, second))
    selection = Selection(
        since=NOW + timedelta(seconds=1),
        until=NOW + timedelta(seconds=4),
        types=("OrderPlaced",),
        orders=("ORDER0", "ORDER2", "ORDER3", "ORDER5"),
        settled=True,
    )

    assert [e.id for e in read(subject.pages, selection)] == ["ORDER2/placed", "ORDER3/placed"]


def test_an_order_without_events_is_skipped(subject: Subject) -> None:
    subject.append(*events_of("B"))

    assert len(list(read(subject.pages, Selection(orders=("A", "B", "C"))))) == 3


# -- only on DynamoDB ------------------------------------------------------------------------------


def test_an_item_that_is_not_an_event_is_an_error_that_names_it(stage: Stage) -> None:
    table = names.log_table(stage.name)
    stage.dynamodb.put_item(
        TableName=table, Item={"subject": {"S": "A"}, "slot": {"S": "placed"}, "x": {"S": "y"}}
    )

    with pytest.raises(Undecodable, match="A/placed: not an item"):
        DynamoPages(stage.dynamodb, table).page(Selection())


def test_a_settled_selection_is_read_consistently_and_orders_are_queried(
    stage: Stage, calls: Calls
) -> None:
    pages = DynamoPages(stage.dynamodb, names.log_table(stage.name))
    pages.page(Selection())
    pages.page(Selection(settled=True))
    pages.page(Selection(orders=("A",)))

    assert calls.operations == ["Scan", "Scan", "Query"]
    assert [call.sent["ConsistentRead"] for call in calls] == [False, True, False]
