"""The order that a bill reckons with: what it uses is what the calls of AWS were counted to be."""

import pytest

from events.contracts.checkout import OrderPlaced
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from functions.runtime.handlers.observer import LogObserver
from ops.costs.logged import Weighed
from ops.costs.play import LOOKS, Play
from ops.costs.usage import Usage
from tests.system.test_budget import SHARES


@pytest.fixture(scope="module")
def usage() -> Usage:
    play = Play()
    play.order()
    return play.usage


def test_it_writes_what_the_budget_counts_from_the_calls_of_aws(usage: Usage) -> None:
    assert dict(usage.writes) == SHARES


def test_it_ends_with_a_parcel_on_its_way_and_both_mails() -> None:
    play = Play()

    facts = [event.type for event in play.history(play.order())]

    assert {"DispatchScheduled", "ReceiptSent", "DispatchNoteSent"} <= set(facts)
    assert play.usage.published == len(facts)


def test_each_consumer_is_sent_what_it_hears_and_no_more(usage: Usage) -> None:
    play = Play()
    facts = [event.type for event in play.history(play.order())]

    for consumer in CONSUMERS:
        heard = sum(fact in consumer.hears for fact in facts)
        assert usage.messages[consumer.name] == heard == usage.invocations[consumer.name]


def test_a_new_consumer_costs_what_it_hears() -> None:
    listener = Consumer(name="listener", on=(On(event=OrderPlaced, react=lambda _: None),))
    play = Play((*CONSUMERS, listener))

    play.order()

    assert play.usage.messages["listener"] == 1
    assert ("listener", "Done") in play.usage.metrics


def test_a_customer_looks_a_few_times_and_that_is_counted(usage: Usage) -> None:
    assert usage.requests == 1 + LOOKS
    assert usage.invocations["checkout"] == usage.reads["checkout"] + 1 == 1 + LOOKS


def test_a_chore_is_played_by_who_has_one() -> None:
    played = {}
    for consumer in CONSUMERS:
        play = Play()
        play.tick(consumer)
        played[consumer.name] = play.usage.calls.total()

    assert {name for name, calls in played.items() if calls} == {
        consumer.name for consumer in CONSUMERS if consumer.chore
    }


FIELDS = {
    "consumer": "payment",
    "event": "5WQFM8Q1XK3T7ZC0R9N2HDBJE4/placed",
    "type": "OrderPlaced",
    "order": "5WQFM8Q1XK3T7ZC0R9N2HDBJE4",
    "age": 412,
    "stated": ["5WQFM8Q1XK3T7ZC0R9N2HDBJE4/payment/charge"],
}


def test_a_line_is_weighed_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    usage = Usage()
    written = LogObserver("weighed")
    for observer in (written, Weighed("weighed", usage)):
        observer.count("EventAge", 412, millis=True)
        observer.record("done", **FIELDS)
        observer.flush()

    lines = capsys.readouterr().out
    assert [line[:8] for line in lines.splitlines()] == ['{"level"', '{"_aws":']
    assert usage.lines["weighed"] == pytest.approx(len(lines), rel=0.05)
