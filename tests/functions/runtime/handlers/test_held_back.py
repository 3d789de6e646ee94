"""Held-back messages: behind a failure of their order, or without time left."""

from typing import Any

import pytest

from events.contracts.shipping import DispatchScheduled
from functions.runtime import backoff
from functions.runtime.backoff import delay
from testkit.builders import ORDER, message, placed, then
from tests.support.handlers import FailingConsumer, process, undecodable


@pytest.fixture
def consumer() -> FailingConsumer:
    return FailingConsumer(ordered=True)


def second(order: str) -> dict[str, Any]:
    """Return another message of an order, of a type that is not subscribed."""
    return message(then(placed(order=order), DispatchScheduled(carrier="c", reference="r")))


def test_behind_a_failure_its_order_is_held_back_and_other_orders_continue(
    consumer: FailingConsumer,
) -> None:
    consumer.errors = {"A": TimeoutError}
    first, other = consumer.place("A", "B")
    first["attributes"]["ApproximateReceiveCount"] = "3"
    records = [first, second("A"), other]
    failed = process(consumer, *records)

    assert failed == ["message A/placed", "message A/shipping/dispatch"]
    assert consumer.queue.hidden == {
        "handle A/placed": delay(3),
        "handle A/shipping/dispatch": 0,
    }
    assert consumer.observer.outcomes == ["retry", "done", "held-back"]
    assert consumer.observer.lines[-1] == {
        "outcome": "held-back",
        "consumer": "inventory",
        "receives": 1,
        "order": "A",
    }


@pytest.mark.parametrize("edit", ["not JSON", "a future version"])
def test_behind_an_undecodable_message_its_order_continues(
    consumer: FailingConsumer, edit: str
) -> None:
    (good,) = consumer.place(ORDER)
    wrong = message(undecodable(edit))
    failed = process(consumer, wrong, good)

    assert failed == [wrong["messageId"]]
    assert consumer.reacted == [ORDER]
    assert consumer.observer.outcomes == ["undecodable", "done"]


@pytest.mark.parametrize(("receives", "outcome"), [(-1, "held-back"), (0, "unheard")])
def test_behind_a_failure_at_its_last_receive_its_order_continues(
    consumer: FailingConsumer, receives: int, outcome: str
) -> None:
    consumer.errors = {"A": TimeoutError}
    (first,) = consumer.place("A")
    count = backoff.receives_to_ride_out() + receives
    first["attributes"]["ApproximateReceiveCount"] = str(count)
    process(consumer, first, second("A"))

    assert consumer.observer.outcomes == ["retry", outcome]


def test_on_a_parallel_queue_nothing_is_held_back() -> None:
    consumer = FailingConsumer()
    consumer.errors = {"A": TimeoutError}
    (first,) = consumer.place("A")
    again = first | {"messageId": "again", "receiptHandle": "again"}
    failed = process(consumer, first, again)

    assert failed == ["message A/placed", "again"]
    assert consumer.reacted == ["A", "A"]


@pytest.mark.parametrize("ordered", [False, True])
def test_a_message_without_time_left_is_returned_untried_with_backoff(ordered: bool) -> None:
    consumer = FailingConsumer(ordered=ordered)
    consumer.seconds = 5.0  # of 30 seconds; no message is started after 7.5
    records = consumer.place("A", "B", "C", "D")
    records[3]["attributes"]["ApproximateReceiveCount"] = "3"
    failed = process(consumer, *records)

    assert consumer.reacted == ["A", "B"]
    assert failed == ["message C/placed", "message D/placed"]
    assert consumer.queue.hidden == {"handle C/placed": delay(1), "handle D/placed": delay(3)}
    assert consumer.observer.outcomes == ["done", "done", "held-back", "held-back"]


def test_behind_a_message_without_time_left_its_order_is_held_back(
    consumer: FailingConsumer,
) -> None:
    consumer.seconds = 10.0
    _, left = records = consumer.place("A", "B")
    left["attributes"]["ApproximateReceiveCount"] = "3"
    failed = process(consumer, *records, second("B"))

    assert failed == ["message B/placed", "message B/shipping/dispatch"]
    assert consumer.queue.hidden == {"handle B/placed": delay(3), "handle B/shipping/dispatch": 0}


def test_the_line_of_a_held_back_message_without_a_group_has_no_order() -> None:
    consumer = FailingConsumer()
    consumer.seconds = 10.0
    records = consumer.place("A", "B")
    del records[1]["attributes"]["MessageGroupId"]
    process(consumer, *records)

    assert consumer.observer.lines[-1] == {
        "outcome": "held-back",
        "consumer": "inventory",
        "receives": 1,
    }


def test_a_message_at_its_last_receive_is_tried_without_time_left() -> None:
    consumer = FailingConsumer()
    consumer.seconds = 10.0
    first, last = consumer.place("A", "B")
    last["attributes"]["ApproximateReceiveCount"] = str(backoff.receives_to_ride_out())

    assert process(consumer, first, last) == []
    assert consumer.reacted == ["A", "B"]
