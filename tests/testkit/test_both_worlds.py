"""The same stories in memory and under moto, with consumers of every kind."""

from datetime import timedelta
from typing import Any

import pytest

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderConfirmed
from events.contracts.orders import OrderStalled
from events.contracts.payment import PaymentDeclined
from events.envelope import Event
from events.history import History
from functions.framework.chore import Chore, Report
from functions.framework.http import Request, Response
from functions.framework.ports import Log, Record, Resources, Row, Value
from functions.framework.reaction import Keep, On
from functions.framework.routes import Answer, Param, Route
from functions.framework.service import Adapter, Consumer, Projection
from functions.framework.table import Table
from functions.orders.check import STALLED_AFTER
from functions.payment.service import SERVICE as PAYMENT
from functions.runtime import backoff
from testkit.builders import EMAIL, MUTE, SHIP_TO, TRUMPET, then
from testkit.pytest_plugin import NewStory

TOTAL = TRUMPET.unit_price + 2 * MUTE.unit_price


def points(history: History) -> Row | None:
    placed = history.find(OrderPlaced)
    if placed is None or not history.states(OrderConfirmed):
        return None
    values: dict[str, Value] = {
        "points": placed.data.total.amount,
        "name": placed.data.ship_to.name,
    }
    partition = placed.data.customer or f"guest#{placed.subject}"
    return Row(partition=partition, sort=placed.subject, values=values, version=1)


def keep(_: Event[Any], history: History) -> Keep | None:
    row = points(history)
    return Keep(table="points", rows=(row,)) if row else None


def routes(resources: Resources) -> Any:
    def show(request: Request) -> Response:
        rows = resources.rows("points").page(request.path["customer"], limit=10)
        return Response(body={"points": sum(int(row.values["points"]) for row in rows)})

    return {"show": show}


POINTS = Consumer(
    name="examplepoints",
    on=(On(event=OrderConfirmed, react=keep, history=True),),
    tables=(Table(name="points", key="customer", sort="order", access=frozenset({"put", "page"})),),
    projection=Projection(table="points", fold=points),
    replayable=True,
    routes=(
        Route(
            method="GET",
            path="/examplepoints/{customer}",
            endpoint="show",
            rate=1,
            burst=1,
            public=True,
            params=(Param(name="customer", where="path", form=str, about="", required=True),),
            answers=(Answer(about="The points."),),
        ),
    ),
    endpoints=routes,
)


class Printer:
    """Prints one card per order, and counts the attempts in a table."""

    def __init__(self, resources: Resources) -> None:
        self.printed: set[str] = set()
        self._tries = resources.tables("points")

    def print(self, order: str) -> None:
        before = self._tries.get(order) or Record(key=order, values={"n": 0}, version=0)
        self._tries.put(
            Record(key=order, values={"n": int(before.values["n"]) + 1}, version=before.version)
        )
        self.printed.add(order)


def greet(event: Event[Any], _: History, printer: Printer) -> None:
    printer.print(event.subject)


def report(_log: Log, resources: Resources) -> list[Report]:
    tries = sum(int(record.values["n"]) for record in resources.tables("points").all())
    return [Report(outcome="summed", detail=f"{tries} at {resources.clock():%H:%M}")]


ATTEMPTS = Table(name="points", key="order", access=frozenset({"get", "put", "list"}))
CARDS = Consumer(
    name="examplecards",
    ordered=True,
    on=tuple(
        On(event=event, react=greet, history=True, outside=True)
        for event in (OrderConfirmed, OrderPlaced)
    ),
    tables=(ATTEMPTS,),
    adapters=(Adapter(name="fake", build=Printer),),
    effects={"print": "order"},
    chore=Chore(every=5, run=report),
)
BOTH = (POINTS, CARDS)


def test_an_order_is_dispatched_mailed_kept_and_greeted(new_story: NewStory) -> None:
    story = new_story(also=BOTH)
    order = story.place(customer="robin")
    story.settle()

    assert "DispatchScheduled" in story.facts(order)
    assert [mail.to for mail in story.mails] == [EMAIL, EMAIL]
    (row,) = story.rows("examplepoints", "points").page("robin", limit=2)
    assert (row.sort, row.values["points"]) == (order, TOTAL)
    assert story.calls("examplecards") == [("print", {"order": order})] * 2
    assert story.outside("examplecards").printed == {order}
    assert story.tables("examplecards", "points").get(order) == Record(
        key=order, values={"n": 2}, version=2
    )
    assert not any(story.dead_letters(name) for name in ("email", "payment", "examplepoints"))


def test_a_declined_payment_cancels_and_keeps_no_row(new_story: NewStory) -> None:
    story = new_story(also=BOTH)
    order = story.place(token="tok_declined")
    story.settle()

    assert story.history(order).states(PaymentDeclined)
    assert "OrderConfirmed" not in story.facts(order)
    assert list(story.rows("examplepoints", "points").all()) == []


def test_an_order_that_is_not_in_stock_is_cancelled(new_story: NewStory) -> None:
    story = new_story()
    order = story.place(in_stock=False)
    story.settle()

    assert {"OrderCancelled", "CancellationSent"} <= story.facts(order)


def test_a_paused_consumer_delays_nobody_and_catches_up(new_story: NewStory) -> None:
    story = new_story(also=BOTH)
    story.pause("examplepoints")
    story.pause("payment")
    order = story.place()
    story.settle()
    assert "OrderConfirmed" not in story.facts(order)
    assert story.outside("examplecards").printed == {order}

    story.resume("payment")
    story.settle()
    assert "DispatchScheduled" in story.facts(order)
    assert story.outcomes("examplepoints") == []

    story.resume("examplepoints")
    story.settle()
    assert story.outcomes("examplepoints") == ["done"]


def test_duplicates_change_nothing(new_story: NewStory) -> None:
    story = new_story(also=BOTH)
    order = story.place()
    story.settle()
    before = story.history(order), list(story.rows("examplepoints", "points").all())

    assert [story.duplicate(name) for name in ("payment", "examplepoints")] == [1, 1]
    story.send("examplecards", *story.history(order))
    story.settle()

    assert (story.history(order), list(story.rows("examplepoints", "points").all())) == before
    assert story.outcomes("payment") == ["done", "duplicate"]


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_deliveries_has_the_same_result(new_story: NewStory, seed: int) -> None:
    story = new_story(also=BOTH)
    orders = [story.place(), story.place(token="tok_declined")]
    story.settle(seed)

    assert ["OrderConfirmed" in story.facts(order) for order in orders] == [True, False]
    assert len(list(story.rows("examplepoints", "points").all())) == 1


def test_a_seed_gives_another_order(new_story: NewStory) -> None:
    def order_of_calls(seed: int | None) -> list[str]:
        story = new_story(only=(PAYMENT,))
        for _ in range(4):
            story.place()
        story.settle(seed)
        return [call.arguments["order"] for call in story.calls("payment")[::2]]

    usual, *random = [order_of_calls(seed) for seed in (None, 1, 2, 1)]
    assert usual == sorted(usual)
    assert random[0] != usual
    assert random[0] != random[1]
    assert random[0] == random[2]


@pytest.mark.parametrize("answer_lost", [False, True], ids=["refused", "answer lost"])
@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("payment", "log.append"),
        ("payment", "outside.confirm"),
        ("inventory", "log.append"),
        ("email", "mailbox.send"),
        ("examplepoints", "log.read"),
        ("examplepoints", "rows.put"),
        ("examplecards", "tables.put"),
        ("examplecards", "outside.print"),
        ("relay", "topic.publish"),
    ],
)
def test_a_call_that_fails_once_is_repeated(
    new_story: NewStory, service: str, call: str, *, answer_lost: bool
) -> None:
    story = new_story(also=BOTH)
    order = story.place()
    story.fail(service, call, answer_lost=answer_lost)
    story.settle()

    assert {"DispatchScheduled", "ReceiptSent"} <= story.facts(order)
    assert len(list(story.rows("examplepoints", "points").all())) == 1
    assert story.outside("examplecards").printed == {order}
    if service != "relay":
        assert story.outcomes(service).count("retry") == 1


def test_a_message_that_always_fails_is_a_dead_letter(new_story: NewStory) -> None:
    story = new_story(only=(POINTS,))
    order = story.place()
    confirmed = story.state(order, OrderConfirmed())
    tries = backoff.receives_to_ride_out()
    story.fail("examplepoints", "rows.put", times=tries, error=ConnectionError("no route"))
    story.settle()

    assert story.outcomes("examplepoints") == ["retry"] * tries
    assert [story.dead_letters("examplepoints") for _ in "ab"] == [[confirmed], [confirmed]]


def test_a_consumer_that_is_deployed_later_is_sent_the_past(new_story: NewStory) -> None:
    story = new_story()
    orders = [story.place() for _ in range(3)]
    story.settle()

    story.deploy(POINTS)
    assert story.replay("examplepoints") == len(orders)
    orders.append(story.place())
    story.settle()

    assert {row.sort for row in story.rows("examplepoints", "points").all()} == set(orders)


def test_personal_data_is_erased_in_the_log_and_in_read_models(new_story: NewStory) -> None:
    story = new_story(also=BOTH)
    order = story.place(customer="robin")
    story.settle()
    assert SHIP_TO.name in str(list(story.rows("examplepoints", "points").all()))

    story.forget(order)

    (row,) = story.rows("examplepoints", "points").all()
    assert (row.partition, row.values["name"], row.values["points"]) == (
        f"guest#{order}",
        "",
        TOTAL,
    )
    (placed,) = (event for event in story.history(order) if event.type == "OrderPlaced")
    assert placed.data.email == ""
    story.replay("examplepoints")
    story.settle()
    assert list(story.rows("examplepoints", "points").all()) == [row]


def test_a_chore_runs_at_a_tick_with_the_clock_of_the_story(new_story: NewStory) -> None:
    story = new_story(also=BOTH)
    order = story.place()
    story.pause("ordering")
    story.settle()
    story.clock.advance(minutes=STALLED_AFTER / timedelta(minutes=1))

    story.tick("examplecards")
    story.tick("orders")
    assert story.outcomes("examplecards") == ["done", "summed"]
    assert story.history(order).find(OrderStalled)
    story.resume("ordering")
    story.settle()

    assert "OrderConfirmed" in story.facts(order)


def test_requests_are_answered_by_the_service_that_has_the_route(new_story: NewStory) -> None:
    story = new_story(also=BOTH)
    answer = story.customer().place()
    assert answer.status == 200
    story.settle()

    assert story.request("GET /products").status == 200
    shown = story.request(
        "GET /examplepoints/{customer}", path={"customer": f"guest#{answer.body['id']}"}
    )
    assert shown.body == {"points": 0}  # it was not in stock


def test_an_event_of_the_tests_own_is_appended_and_sent(new_story: NewStory) -> None:
    story = new_story(only=(POINTS,))
    order = story.place()
    (first,) = story.history(order)
    confirmed = then(first, OrderConfirmed())
    story.send("examplepoints", confirmed)
    story.settle()
    assert story.outcomes("examplepoints") == ["forged"]

    story.append(confirmed)
    story.settle()
    assert story.outcomes("examplepoints")[1:] == ["done"]
