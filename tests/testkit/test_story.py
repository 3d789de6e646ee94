"""What a story refuses, and the sentence that it gives."""

import builtins
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from moto.core.models import MockAWS

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderConfirmed
from functions.framework.ports import Row
from functions.framework.reaction import Keep, On
from functions.framework.service import Consumer, UnknownAdapter
from functions.framework.table import Table
from functions.inventory.service import SERVICE as INVENTORY
from functions.map import CONSUMERS
from functions.orders.service import SERVICE as ORDERS
from functions.payment.service import SERVICE as PAYMENT
from testkit.builders import Clock, placed
from testkit.moto_story import MotoStory
from testkit.port_calls import Call
from testkit.pytest_plugin import NewStory
from testkit.story import Story

LISTENER = Consumer(name="examplelistener", on=(On(event=OrderPlaced, react=lambda _: None),))

UNKNOWN: dict[str, tuple[Callable[[Story], object], str]] = {
    "consumer": (
        lambda story: story.pause("emial"),
        "no consumer 'emial'; there are: .*analytics, .*email, .*shipping",
    ),
    "relay as a consumer": (lambda story: story.replay("relay"), "no consumer 'relay'"),
    "service": (lambda story: story.fail("chekout", "log.read"), "no service 'chekout'; there are"),
    "order": (lambda story: story.facts("A"), "no order 'A': place it"),
    "table": (lambda story: story.rows("nothing"), "no table 'nothing'; there are: .*orders list"),
    "route": (
        lambda story: story.request("GET /order"),
        "no route 'GET /order'; there are: .*GET /orders, ",
    ),
    "port": (
        lambda story: story.fail("email", "lag.append"),
        "no port 'lag'; a call is PORT.METHOD, with a port of: log, .*outside",
    ),
    "method": (
        lambda story: story.fail("email", "log.add"),
        "log has no method 'add'; its calls are: log.append, log.read",
    ),
    "method outside": (
        lambda story: story.fail("payment", "outside.charge"),
        "outside has no method 'charge'; its calls are: .*outside.confirm",
    ),
    "port outside": (
        lambda story: story.fail("ordering", "outside.print"),
        "ordering has no adapter, so it calls nothing outside",
    ),
    "fake": (lambda story: story.calls("orders"), "orders has no adapter"),
    "chore": (lambda story: story.tick("payment"), "payment has no chore"),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_an_unknown_name_is_an_error_that_names_the_known_ones(what: str) -> None:
    act, sentence = UNKNOWN[what]
    with pytest.raises(LookupError, match=sentence):
        act(Story())


def test_a_call_that_was_to_fail_and_does_not_come_fails_the_test() -> None:
    story = Story(only=(LISTENER,))
    story.place()
    story.fail("examplelistener", "log.append")

    with pytest.raises(
        AssertionError, match=r"the next log\.append of examplelistener was to fail, and none came"
    ):
        story.settle()


def test_calls_that_come_too_seldom_are_counted() -> None:
    story = Story(only=(INVENTORY,))
    story.place()
    story.fail("inventory", "log.append", times=40)

    with pytest.raises(AssertionError, match=r"the next 40 calls of log\.append .* and \d+ came"):
        story.settle()


def test_a_failure_may_wait_for_a_paused_consumer_until_the_end() -> None:
    story = Story()
    story.place()
    story.pause("payment")
    story.fail("payment", "outside.prepare")
    story.settle()

    with pytest.raises(AssertionError, match=r"outside\.prepare of payment was to fail, and none"):
        story.close()


def test_an_error_of_the_test_counts_before_a_failure_that_did_not_come() -> None:
    def err() -> None:
        with Story() as story:
            story.fail("payment", "outside.prepare")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        err()


@pytest.mark.parametrize(("answer_lost", "then"), [(False, "done"), (True, "duplicate")])
def test_a_call_whose_answer_is_lost_has_its_effect(*, answer_lost: bool, then: str) -> None:
    story = Story(only=(INVENTORY,))
    story.place()
    story.fail("inventory", "log.append", answer_lost=answer_lost)
    story.settle()

    assert story.outcomes("inventory") == ["retry", then]


def test_the_given_error_is_raised() -> None:
    story = Story(only=(PAYMENT,))
    story.place()
    story.fail("payment", "outside.confirm", error=BrokenPipeError("gone"))
    story.settle()

    (line,) = (line for line in story._world.observer.lines if line["outcome"] == "retry")
    assert line["error"] == "BrokenPipeError"


@pytest.mark.parametrize("given", [{"also": (ORDERS,)}, {"only": (LISTENER, LISTENER)}])
def test_a_service_that_is_given_twice_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is given twice: a story has each service once"):
        Story(**given)


def test_a_call_that_aws_would_refuse_fails_the_test(capsys: pytest.CaptureFixture[str]) -> None:
    def count(_: object) -> Keep:
        return Keep(table="points", rows=(Row(partition="a", sort="b"),))

    table = Table(name="points", key="customer", sort="order", access=frozenset({"page"}))
    on = (On(event=OrderPlaced, react=count),)
    story = Story(only=(replace(LISTENER, on=on, tables=(table,)),))
    story.place()

    with pytest.raises(
        AssertionError,
        match=r"examplelistener calls rows\.put of its table 'points', .* SERVICE in"
        r" functions\.examplelistener\.service grants page\. Add 'put' to the table's access",
    ):
        story.settle()
    assert "error=AccessDenied" in capsys.readouterr().out


def test_a_change_that_aws_would_refuse_fails_the_test() -> None:
    stock = replace(INVENTORY.tables[0], access=frozenset({"get"}))
    story = Story(only=(replace(INVENTORY, tables=(stock,)),))
    story.place()

    with pytest.raises(AssertionError, match=r"inventory calls Change .* Add 'change' to the"):
        story.settle()


@pytest.mark.parametrize(
    ("adapters", "error", "sentence"),
    [
        ({"emial": "ses"}, LookupError, "no consumer 'emial'; there are: .*analytics, .*email"),
        ({"email": "smtp"}, UnknownAdapter, "email has no adapter 'smtp'; it has record, ses"),
        ({"payment": "stripe"}, ValueError, "'stripe' of payment needs a secret: a story has none"),
    ],
)
def test_an_adapter_that_a_story_cannot_have_is_refused(
    adapters: dict[str, str], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        Story(adapters=adapters)


def test_a_story_may_be_closed_twice(new_story: NewStory) -> None:
    story = new_story(only=())
    story.close()


def test_a_call_fails_at_least_once() -> None:
    with pytest.raises(ValueError, match="times must be at least 1, not 0"):
        Story().fail("email", "log.append", times=0)


def test_a_story_that_cannot_begin_leaves_moto() -> None:
    with pytest.raises(ValueError, match="is given twice"):
        MotoStory(only=(LISTENER, LISTENER))
    assert not MockAWS._mocks_active


def test_a_slot_is_stated_once() -> None:
    story = Story()
    order = story.place()
    story.settle()

    with pytest.raises(
        ValueError, match=r"the slot outcome of order .* holds OrderConfirmed of ord"
    ):
        story.state(order, OrderConfirmed())


def test_only_a_replayable_consumer_is_sent_the_past() -> None:
    with pytest.raises(ValueError, match="payment is not replayable=True"):
        Story().replay("payment")


def test_the_first_adapter_is_taken_where_none_sends_mail() -> None:
    by_default, recording = Story(), Story(adapters={"email": "record"})
    for story in (by_default, recording):
        story.place()
        story.settle()

    assert (len(by_default.mails), len(recording.mails)) == (2, 0)
    assert [call.method for call in recording.calls("email")] == ["send", "send"]


def test_calls_outside_are_recorded_with_their_arguments_by_name() -> None:
    story = Story(only=(PAYMENT,))
    order = story.place(token="tok_declined")
    story.settle()

    prepare = story.calls("payment")[0]
    assert prepare == Call("prepare", prepare.arguments)
    assert (prepare.arguments["order"], prepare.arguments["token"]) == (order, "tok_declined")


def test_an_issuer_makes_callers_sign_in() -> None:
    story = Story(issuer="https://login.example.com/shop")

    assert story.request("GET /orders").status == 401


def test_a_story_of_no_services_has_a_relay() -> None:
    story = Story(only=())
    story.append(placed())
    story.settle()

    assert list(story.services) == ["relay"]
    assert story.clock() == Clock()()


def test_without_moto_a_story_under_moto_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_moto(name: str, *args: Any) -> Any:
        if name == "testkit.moto_world":
            raise ModuleNotFoundError("No module named 'moto'", name="moto")
        return imported(name, *args)

    imported = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", no_moto)
    with pytest.raises(ModuleNotFoundError, match=r"needs the package moto .*: pip install moto"):
        MotoStory()


def test_a_story_has_the_consumers_of_the_map_and_others() -> None:
    story = Story(also=(replace(LISTENER, name="exampleother"),), without=(ORDERS,))

    names = {consumer.name for consumer in CONSUMERS}
    assert set(story.services) == names - {"orders"} | {"exampleother", "checkout", "relay"}
