"""Who is not tried in a batch: whoever is behind a failure of their order, or has no time left."""

from typing import Any

import pytest

from events.contracts.shipping import DispatchScheduled
from functions.runtime import backoff
from functions.runtime.backoff import delay
from functions.runtime.memory.lambda_events import failures
from tests.support.builders import ORDER, placed, then
from tests.support.consumer_world import UNDECODABLE, World
from tests.support.lambdas import message


@pytest.fixture
def world() -> World:
    return World()


def second(order: str) -> dict[str, Any]:
    """Return another message of an order, of a type that is not heard."""
    return message(then(placed(order=order), DispatchScheduled(carrier="c", reference="r")))


def test_behind_a_failure_the_rest_of_its_order_is_held_back_and_other_orders_pass(
    world: World,
) -> None:
    world.away = {"A"}
    first, other = world.place("A", "B")
    first["attributes"]["ApproximateReceiveCount"] = "3"
    records = [first, second("A"), other]
    answer = world.handler(ordered=True)({"Records": records}, None)

    assert failures(answer) == ["message A/placed", "message A/shipping/dispatch"]
    assert world.queue.hidden == {
        "handle A/placed": delay(3),
        "handle A/shipping/dispatch": 0,
    }
    assert world.lines.outcomes == ["retry", "done", "held-back"]
    assert world.lines.lines[-1] == {
        "outcome": "held-back",
        "consumer": "inventory",
        "receives": 1,
        "order": "A",
    }


@pytest.mark.parametrize("body", ["not JSON", "a future version"])
def test_behind_what_cannot_be_decoded_the_rest_of_its_order_goes_on(
    world: World, body: str
) -> None:
    (good,) = world.place(ORDER)
    wrong = message(UNDECODABLE[body]())
    answer = world.handler(ordered=True)({"Records": [wrong, good]}, None)

    assert failures(answer) == [wrong["messageId"]]
    assert world.reacted == [ORDER]
    assert world.lines.outcomes == ["undecodable", "done"]


@pytest.mark.parametrize(("receives", "ends"), [(-1, "held-back"), (0, "unheard")])
def test_behind_a_failure_that_had_its_last_receive_the_next_of_its_order_is_tried(
    world: World, receives: int, ends: str
) -> None:
    world.away = {"A"}
    (first,) = world.place("A")
    count = backoff.receives_to_ride_out() + receives
    first["attributes"]["ApproximateReceiveCount"] = str(count)
    world.handler(ordered=True)({"Records": [first, second("A")]}, None)

    assert world.lines.outcomes == ["retry", ends]


def test_on_a_parallel_queue_nothing_is_held_back(world: World) -> None:
    world.away = {"A"}
    (first,) = world.place("A")
    again = first | {"messageId": "again", "receiptHandle": "again"}
    answer = world.handler()({"Records": [first, again]}, None)

    assert failures(answer) == ["message A/placed", "again"]
    assert world.reacted == ["A", "A"]


@pytest.mark.parametrize("ordered", [False, True])
def test_what_there_is_no_time_for_is_given_back_untried_and_backs_off(
    world: World, ordered: bool
) -> None:
    world.takes = 5.0  # of 30 seconds, and nothing is begun after 7.5
    records = world.place("A", "B", "C", "D")
    records[3]["attributes"]["ApproximateReceiveCount"] = "3"
    answer = world.handler(ordered=ordered)({"Records": records}, None)

    assert world.reacted == ["A", "B"]
    assert failures(answer) == ["message C/placed", "message D/placed"]
    assert world.queue.hidden == {"handle C/placed": delay(1), "handle D/placed": delay(3)}
    assert world.lines.outcomes == ["done", "done", "held-back", "held-back"]


def test_behind_what_there_is_no_time_for_the_rest_of_its_order_waits_for_it(
    world: World,
) -> None:
    world.takes = 10.0
    _, left = records = world.place("A", "B")
    left["attributes"]["ApproximateReceiveCount"] = "3"
    answer = world.handler(ordered=True)({"Records": [*records, second("B")]}, None)

    assert failures(answer) == ["message B/placed", "message B/shipping/dispatch"]
    assert world.queue.hidden == {"handle B/placed": delay(3), "handle B/shipping/dispatch": 0}


def test_what_is_of_no_group_is_held_back_without_an_order(world: World) -> None:
    world.takes = 10.0
    records = world.place("A", "B")
    del records[1]["attributes"]["MessageGroupId"]
    world.handler()({"Records": records}, None)

    assert world.lines.lines[-1] == {
        "outcome": "held-back",
        "consumer": "inventory",
        "receives": 1,
    }


def test_what_has_its_last_receive_is_tried_however_late_it_is(world: World) -> None:
    world.takes = 10.0
    first, last = world.place("A", "B")
    last["attributes"]["ApproximateReceiveCount"] = str(backoff.receives_to_ride_out())

    assert failures(world.handler()({"Records": [first, last]}, None)) == []
    assert world.reacted == ["A", "B"]
