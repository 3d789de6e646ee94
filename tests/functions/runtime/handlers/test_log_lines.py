"""A consumer's log lines: one a message, without payload and personal data."""

import json
from types import SimpleNamespace

import pytest

from functions.framework.outcomes import TRIES
from testkit.builders import EMAIL, SHIP_TO, message, placed
from tests.functions.conftest import Logged
from tests.support.handlers import SECRET, FailingConsumer, process


@pytest.fixture
def consumer() -> FailingConsumer:
    return FailingConsumer()


def test_each_message_has_one_line_with_its_outcome(consumer: FailingConsumer) -> None:
    records = consumer.place("A")
    consumer.clock.advance(seconds=2)
    process(consumer, *records)

    (line,) = consumer.observer.lines
    assert line.pop("millis") >= 0
    assert line == {
        "outcome": "done",
        "consumer": "inventory",
        "receives": 1,
        "event": "A/placed",
        "type": "OrderPlaced",
        "order": "A",
        "correlation": placed().correlationid,
        "age": 2000,
        "stated": ["A/inventory/reserve"],
        "facts": ["StockVoided"],
    }


def test_a_line_has_the_duration_to_a_tenth_of_a_millisecond(
    consumer: FailingConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter([100.0, 100.01234])
    clock = SimpleNamespace(perf_counter=seconds.__next__)
    monkeypatch.setattr("functions.runtime.handlers.consumer.time", clock)
    process(consumer, *consumer.place("A"))

    assert consumer.observer.lines[0]["millis"] == 12.3


def test_the_line_of_a_failure_has_its_error_and_place(consumer: FailingConsumer) -> None:
    consumer.errors = {"A": TimeoutError}
    process(consumer, *consumer.place("A"))

    (line,) = consumer.observer.lines
    assert (line["outcome"], line["error"], line["event"]) == ("retry", "TimeoutError", "A/placed")
    assert line["at"] == "functions/runtime/handlers/reactor.py:handle"
    assert len(line["fingerprint"]) == 8


def test_an_event_from_a_fast_clock_has_no_negative_age(consumer: FailingConsumer) -> None:
    records = consumer.place("A")
    consumer.clock.advance(seconds=-5)
    process(consumer, *records)

    assert consumer.observer.lines[0]["age"] == 0


def test_the_metrics_of_an_invocation_are_written_once(consumer: FailingConsumer) -> None:
    process(consumer, *consumer.place("A", "B"))

    assert consumer.observer.flushed == 1
    assert [name for name, _ in consumer.observer.counts] == ["EventAge", "EventAge"]


def test_the_receives_of_a_failed_message_are_a_metric_but_not_of_an_undecodable_one(
    consumer: FailingConsumer,
) -> None:
    consumer.errors = {"A": TimeoutError}
    (failing,) = consumer.place("A")
    failing["attributes"]["ApproximateReceiveCount"] = "9"
    process(consumer, failing, message("{", receives=12))

    assert consumer.observer.outcomes == ["retry", "undecodable"]
    assert consumer.observer.counts == [(TRIES, 9)]


def test_the_age_of_an_event_is_a_metric_in_milliseconds(logged: Logged) -> None:
    consumer = FailingConsumer(observer=logged.observer)
    records = consumer.place("A")
    consumer.clock.advance(seconds=2)
    process(consumer, *records)

    (metrics,) = (json.loads(line) for line in logged.text().splitlines() if "_aws" in line)
    (declared,) = metrics["_aws"]["CloudWatchMetrics"]
    assert metrics["EventAge"] == [2000]
    assert {each["Name"]: each["Unit"] for each in declared["Metrics"]}[
        "EventAge"
    ] == "Milliseconds"


@pytest.mark.parametrize("errors", [{}, {"A": TimeoutError}], ids=["done", "failed"])
def test_no_line_and_no_metric_carries_payload_or_personal_data(
    logged: Logged, errors: dict[str, type[Exception]]
) -> None:
    consumer = FailingConsumer(observer=logged.observer)
    consumer.errors = errors
    records = [*consumer.place("A", "B"), message("{" + EMAIL)]
    process(consumer, *records)

    output = logged.text()
    assert len([line for line in output.splitlines() if "_aws" not in line]) == 3
    for secret in (EMAIL, SHIP_TO.name, SHIP_TO.street, SHIP_TO.postal_code, SECRET):
        assert secret not in output
