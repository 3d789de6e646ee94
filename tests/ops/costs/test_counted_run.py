"""The order behind a bill: its usage equals the counted calls of AWS."""

import pytest

from events.contracts.checkout import OrderPlaced
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from functions.runtime.handlers.observer import LogObserver
from ops.costs.counted_run import READS, CountedRun
from ops.costs.logged import MeasuringObserver
from ops.costs.usage import Usage


@pytest.fixture(scope="module")
def usage() -> Usage:
    run = CountedRun()
    run.order()
    return run.usage


def test_it_ends_dispatched_and_with_both_mails() -> None:
    run = CountedRun()

    facts = [event.type for event in run.history(run.order())]

    assert {"DispatchScheduled", "ReceiptSent", "DispatchNoteSent"} <= set(facts)
    assert run.usage.published == len(facts)


def test_each_consumer_is_sent_only_the_types_it_subscribes_to(usage: Usage) -> None:
    run = CountedRun()
    facts = [event.type for event in run.history(run.order())]

    for consumer in CONSUMERS:
        expected = sum(fact in consumer.subscribed_types for fact in facts)
        assert usage.messages[consumer.name] == expected == usage.invocations[consumer.name], (
            f"{consumer.name} receives messages again: does its reaction fail? Run its own tests"
        )


def test_a_new_consumer_costs_its_messages() -> None:
    examplenewcomer = Consumer(
        name="examplenewcomer", on=(On(event=OrderPlaced, react=lambda _: None),)
    )
    run = CountedRun((*CONSUMERS, examplenewcomer))

    run.order()

    assert run.usage.messages["examplenewcomer"] == 1
    assert ("examplenewcomer", "Done") in run.usage.metrics


def test_the_requests_of_a_polling_customer_are_counted(usage: Usage) -> None:
    assert usage.requests == 1 + READS
    assert usage.invocations["checkout"] == usage.reads["checkout"] + 1 == 1 + READS


def test_only_consumers_with_a_chore_run_one() -> None:
    calls_of = {}
    for consumer in CONSUMERS:
        run = CountedRun()
        run.tick(consumer.name)
        calls_of[consumer.name] = run.usage.calls.total()

    called = {name for name, calls in calls_of.items() if calls}
    assert {"orders", "analytics"} <= called
    assert called <= {consumer.name for consumer in CONSUMERS if consumer.chore}


FIELDS = {
    "consumer": "payment",
    "event": "5WQFM8Q1XK3T7ZC0R9N2HDBJE4/placed",
    "type": "OrderPlaced",
    "order": "5WQFM8Q1XK3T7ZC0R9N2HDBJE4",
    "age": 412,
    "stated": ["5WQFM8Q1XK3T7ZC0R9N2HDBJE4/payment/charge"],
}


def test_the_size_of_a_line_is_that_of_the_written_one(capsys: pytest.CaptureFixture[str]) -> None:
    usage = Usage()
    real = LogObserver("measured")
    for observer in (real, MeasuringObserver("measured", usage)):
        observer.count("EventAge", 412, millis=True)
        observer.record("done", **FIELDS)
        observer.flush()

    lines = capsys.readouterr().out
    assert [line[:8] for line in lines.splitlines()] == ['{"level"', '{"_aws":']
    assert usage.lines["measured"] == pytest.approx(len(lines), rel=0.05)
