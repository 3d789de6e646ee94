"""The consumer's handler: acknowledged messages, failed messages, backoff and log lines."""

from unittest.mock import Mock

import msgspec
import pytest

from events import codec
from events.contracts.inventory import StockVoided
from events.contracts.shipping import DispatchScheduled
from functions.framework.outcomes import Outcome
from functions.framework.ports import MailUnavailable
from functions.runtime.backoff import FIRST_DELAY, delay
from testkit.builders import EMAIL, message, placed, then
from tests.support.handlers import EDITS, SECRET, FailingConsumer, process, undecodable


@pytest.fixture(params=[False, True], ids=["parallel", "ordered"])
def consumer(request: pytest.FixtureRequest) -> FailingConsumer:
    return FailingConsumer(ordered=request.param)


def test_a_batch_without_failures_is_acknowledged(consumer: FailingConsumer) -> None:
    failed = process(consumer, *consumer.place("A", "B"))

    assert failed == []
    assert consumer.queue.hidden == {}
    assert consumer.observer.outcomes == ["done", "done"]


def test_only_the_failed_message_is_reported(consumer: FailingConsumer) -> None:
    consumer.errors = {"B": TimeoutError}
    failed = process(consumer, *consumer.place("A", "B", "C"))

    assert failed == ["message B/placed"]
    assert consumer.reacted == ["A", "B", "C"]


def test_a_batch_in_which_all_fail_is_reported_without_an_error(consumer: FailingConsumer) -> None:
    consumer.errors = {"A": TimeoutError, "B": TimeoutError}
    failed = process(consumer, *consumer.place("A", "B"))

    assert failed == ["message A/placed", "message B/placed"]


def test_a_failure_does_not_affect_the_next_batch(consumer: FailingConsumer) -> None:
    consumer.errors = {"A": TimeoutError}
    process(consumer, *consumer.place("A"))
    consumer.errors = {}

    assert process(consumer, *consumer.place("A", "B")) == []


@pytest.mark.parametrize("receives", [1, 2, 3, 6, 40])
def test_a_failed_message_is_hidden_longer_after_each_receive(
    consumer: FailingConsumer, receives: int
) -> None:
    consumer.errors = {"A": TimeoutError}
    (record,) = consumer.place("A")
    record["attributes"]["ApproximateReceiveCount"] = str(receives)
    process(consumer, record)

    assert consumer.queue.hidden == {"handle A/placed": delay(receives)}


@pytest.mark.parametrize(
    "attributes",
    [None, {}, {"ApproximateReceiveCount": "often"}, {"ApproximateReceiveCount": "0"}],
    ids=["no attributes", "no count", "no number", "none"],
)
def test_a_message_without_a_receive_count_counts_as_received_once(
    consumer: FailingConsumer, attributes: dict[str, str] | None
) -> None:
    consumer.errors = {"A": TimeoutError}
    (record,) = consumer.place("A")
    process(consumer, record | {"attributes": attributes})

    assert consumer.queue.hidden == {"handle A/placed": delay(1)}
    assert consumer.observer.lines[0]["receives"] == 1


def test_each_failed_message_of_a_batch_has_its_own_backoff(consumer: FailingConsumer) -> None:
    consumer.errors = {"A": TimeoutError, "B": TimeoutError}
    records = consumer.place("A", "B")
    records[1]["attributes"]["ApproximateReceiveCount"] = "4"
    process(consumer, *records)

    assert consumer.queue.hidden == {"handle A/placed": delay(1), "handle B/placed": delay(4)}


def test_only_the_message_of_an_error_that_is_safe_to_log_is_logged(
    consumer: FailingConsumer,
) -> None:
    consumer.errors = {"A": TimeoutError, "B": MailUnavailable}
    process(consumer, *consumer.place("A", "B"))

    details = [line.get("detail") for line in consumer.observer.lines]
    assert details == [None, f"no answer for {SECRET} of {EMAIL}"]


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("receives", [1, 9])
def test_an_undecodable_message_has_a_constant_backoff_until_the_dlq(
    consumer: FailingConsumer, edit: str, receives: int
) -> None:
    record = message(undecodable(edit), receives=receives)
    failed = process(consumer, record, *consumer.place("B"))

    assert failed == [record["messageId"]]
    assert consumer.queue.hidden == {record["receiptHandle"]: FIRST_DELAY}
    assert consumer.observer.outcomes == ["undecodable", "done"]
    with pytest.raises(codec.Undecodable) as wrong:
        codec.decode(record["body"])
    assert consumer.observer.lines[0]["detail"] == str(wrong.value)


def test_a_message_without_a_body_is_undecodable_like_an_empty_one(
    consumer: FailingConsumer,
) -> None:
    without, empty = message(""), message("")
    del without["body"]
    process(consumer, without, empty)

    assert consumer.observer.outcomes == ["undecodable", "undecodable"]
    assert len({line["detail"] for line in consumer.observer.lines}) == 1


def test_an_event_in_the_log_that_is_newer_than_the_code_is_retried_with_backoff(
    consumer: FailingConsumer,
) -> None:
    (record,) = consumer.place("A")
    future = msgspec.structs.replace(then(placed(order="A"), StockVoided()), dataversion=2)
    consumer.log.append(future)
    record["attributes"]["ApproximateReceiveCount"] = "5"
    failed = process(consumer, record)

    assert failed == [record["messageId"]]
    assert consumer.queue.hidden == {record["receiptHandle"]: delay(5)}
    (line,) = consumer.observer.lines
    assert (line["outcome"], line["error"], line["order"]) == ("retry", "FutureVersion", "A")


def test_an_event_of_a_type_that_is_not_subscribed_is_acknowledged_and_counted(
    consumer: FailingConsumer,
) -> None:
    unsubscribed = then(placed(), DispatchScheduled(carrier="sandbox", reference="SBX1"))
    failed = process(consumer, message(unsubscribed))

    assert failed == []
    assert consumer.observer.outcomes == ["unheard"]


def test_an_event_that_is_not_in_the_log_is_acknowledged_and_counted_without_effect(
    consumer: FailingConsumer,
) -> None:
    failed = process(consumer, message(placed(order="FORGED")))

    assert failed == []
    assert consumer.observer.outcomes == [Outcome.FORGED]
    assert consumer.reacted == []
    assert len(consumer.log.read("FORGED")) == 0


def test_a_failed_message_is_reported_even_if_it_cannot_be_hidden(
    consumer: FailingConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer.errors = {"A": TimeoutError}
    monkeypatch.setattr(consumer.queue, "hide", Mock(side_effect=TimeoutError))
    failed = process(consumer, *consumer.place("A", "B"))

    assert failed == ["message A/placed"]
    assert consumer.observer.outcomes == ["retry", "done", "not-hidden"]
    line = consumer.observer.lines[-1]
    assert (line["consumer"], line["error"]) == ("inventory", "TimeoutError")


def test_a_duplicate_is_acknowledged(consumer: FailingConsumer) -> None:
    records = consumer.place("A")
    process(consumer, *records)
    consumer.clock.advance(minutes=5)
    failed = process(consumer, *records)

    assert failed == []
    assert consumer.observer.outcomes == ["done", "duplicate"]
