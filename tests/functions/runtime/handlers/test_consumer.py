"""A batch of a consumer's queue: what is acknowledged, what comes back, and what is said of it."""

from collections.abc import Callable

import msgspec
import pytest

from events import codec
from events.contracts.inventory import StockVoided
from events.contracts.shipping import DispatchScheduled
from functions.framework.outcomes import Outcome
from functions.framework.ports import MailUnavailable
from functions.runtime.backoff import FIRST_DELAY, delay
from functions.runtime.memory.lambda_events import failures
from tests.support.builders import placed, then
from tests.support.consumer_world import UNDECODABLE, World
from tests.support.lambdas import message


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(params=[False, True], ids=["parallel", "ordered"])
def ordered(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_a_batch_that_succeeds_is_acknowledged_whole(world: World, ordered: bool) -> None:
    answer = world.handler(ordered=ordered)({"Records": world.place("A", "B")}, None)

    assert failures(answer) == []
    assert world.queue.hidden == {}
    assert world.lines.outcomes == ["done", "done"]


def test_only_what_failed_comes_back(world: World, ordered: bool) -> None:
    world.away = {"B"}
    answer = world.handler(ordered=ordered)({"Records": world.place("A", "B", "C")}, None)

    assert failures(answer) == ["message B/placed"]
    assert world.reacted == ["A", "B", "C"]


def test_a_batch_that_fails_whole_is_reported_and_raises_nothing(
    world: World, ordered: bool
) -> None:
    world.away = {"A", "B"}
    answer = world.handler(ordered=ordered)({"Records": world.place("A", "B")}, None)

    assert failures(answer) == ["message A/placed", "message B/placed"]


def test_one_batch_leaves_nothing_behind_for_the_next(world: World, ordered: bool) -> None:
    handle = world.handler(ordered=ordered)
    world.away = {"A"}
    handle({"Records": world.place("A")}, None)
    world.away = set()

    assert failures(handle({"Records": world.place("A", "B")}, None)) == []


@pytest.mark.parametrize("receives", [1, 2, 3, 6, 40])
def test_what_failed_is_hidden_longer_each_time(world: World, receives: int) -> None:
    world.away = {"A"}
    (record,) = world.place("A")
    record["attributes"]["ApproximateReceiveCount"] = str(receives)
    world.handler()({"Records": [record]}, None)

    assert world.queue.hidden == {"handle A/placed": delay(receives)}


@pytest.mark.parametrize(
    "attributes",
    [None, {}, {"ApproximateReceiveCount": "often"}, {"ApproximateReceiveCount": "0"}],
    ids=["no attributes", "no count", "no number", "none"],
)
def test_what_does_not_say_how_often_it_was_received_was_received_once(
    world: World, attributes: dict[str, str] | None
) -> None:
    world.away = {"A"}
    (record,) = world.place("A")
    world.handler()({"Records": [record | {"attributes": attributes}]}, None)

    assert world.queue.hidden == {"handle A/placed": delay(1)}
    assert world.lines.lines[0]["receives"] == 1


def test_each_failure_of_a_batch_waits_for_its_own_time(world: World) -> None:
    world.away = {"A", "B"}
    records = world.place("A", "B")
    records[1]["attributes"]["ApproximateReceiveCount"] = "4"
    world.handler()({"Records": records}, None)

    assert world.queue.hidden == {"handle A/placed": delay(1), "handle B/placed": delay(4)}


def test_a_failure_that_speaks_to_the_operator_is_quoted_and_no_other(world: World) -> None:
    world.away = {"A", "B"}
    world.errors["B"] = MailUnavailable("verify the sender")
    world.handler()({"Records": world.place("A", "B")}, None)

    assert [line.get("detail") for line in world.lines.lines] == [None, "verify the sender"]


@pytest.mark.parametrize("body", UNDECODABLE.values(), ids=UNDECODABLE)
@pytest.mark.parametrize("receives", [1, 9])
def test_what_cannot_be_decoded_fails_at_a_constant_pace_on_its_way_to_the_dlq(
    world: World, body: Callable[[], str], receives: int
) -> None:
    record = message(body(), receives=receives)
    answer = world.handler()({"Records": [record, *world.place("B")]}, None)

    assert failures(answer) == [record["messageId"]]
    assert world.queue.hidden == {record["receiptHandle"]: FIRST_DELAY}
    assert world.lines.outcomes == ["undecodable", "done"]
    with pytest.raises(codec.Undecodable) as wrong:
        codec.decode(record["body"])
    assert world.lines.lines[0]["detail"] == str(wrong.value)


def test_a_message_without_a_body_is_as_undecodable_as_an_empty_one(world: World) -> None:
    without, empty = message(""), message("")
    del without["body"]
    world.handler()({"Records": [without, empty]}, None)

    assert world.lines.outcomes == ["undecodable", "undecodable"]
    assert len({line["detail"] for line in world.lines.lines}) == 1


def test_a_log_that_is_ahead_of_this_code_is_waited_for_like_any_outage(world: World) -> None:
    (record,) = world.place("A")
    future = msgspec.structs.replace(then(placed(order="A"), StockVoided()), dataversion=2)
    world.log.append(future)
    record["attributes"]["ApproximateReceiveCount"] = "5"
    answer = world.handler()({"Records": [record]}, None)

    assert failures(answer) == [record["messageId"]]
    assert world.queue.hidden == {record["receiptHandle"]: delay(5)}
    (line,) = world.lines.lines
    assert (line["outcome"], line["error"], line["order"]) == ("retry", "FutureVersion", "A")


def test_a_valid_event_of_a_type_that_is_not_heard_is_acknowledged_and_counted(
    world: World,
) -> None:
    unheard = then(placed(), DispatchScheduled(carrier="sandbox", reference="SBX1"))
    answer = world.handler()({"Records": [message(unheard)]}, None)

    assert failures(answer) == []
    assert world.lines.outcomes == ["unheard"]


def test_an_event_that_the_log_does_not_hold_is_acknowledged_and_counted_without_effect(
    world: World,
) -> None:
    answer = world.handler()({"Records": [message(placed(order="FORGED"))]}, None)

    assert failures(answer) == []
    assert world.lines.outcomes == [Outcome.FORGED]
    assert world.reacted == []
    assert len(world.log.read("FORGED")) == 0


def test_a_queue_that_cannot_hide_does_not_lose_the_answer(world: World) -> None:
    world.away = {"A"}
    world.queue.broken = True
    answer = world.handler()({"Records": world.place("A", "B")}, None)

    assert failures(answer) == ["message A/placed"]
    assert world.lines.outcomes == ["retry", "done", "not-hidden"]
    line = world.lines.lines[-1]
    assert (line["consumer"], line["error"]) == ("inventory", "TimeoutError")


def test_a_duplicate_is_acknowledged(world: World) -> None:
    records = world.place("A")
    handle = world.handler()
    handle({"Records": records}, None)
    world.clock.advance(minutes=5)
    answer = handle({"Records": records}, None)

    assert failures(answer) == []
    assert world.lines.outcomes == ["done", "duplicate"]
