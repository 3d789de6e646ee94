"""What a consumer says of each record: one line, with what is known of it and nothing personal."""

import json
from types import SimpleNamespace

import pytest

from functions.framework.outcomes import TRIES
from functions.runtime.handlers import consumer
from tests.functions.conftest import Logged
from tests.support.builders import EMAIL, SHIP_TO, placed
from tests.support.consumer_world import SECRET, World
from tests.support.lambdas import message


@pytest.fixture
def world() -> World:
    return World()


def test_one_line_a_record_says_what_became_of_it(world: World) -> None:
    records = world.place("A")
    world.clock.advance(seconds=2)
    world.handler()({"Records": records}, None)

    (line,) = world.lines.lines
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


def test_a_line_tells_how_long_it_took_to_a_tenth_of_a_millisecond(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter([100.0, 100.01234])
    monkeypatch.setattr(consumer, "time", SimpleNamespace(perf_counter=seconds.__next__))
    world.handler()({"Records": world.place("A")}, None)

    assert world.lines.lines[0]["millis"] == 12.3


def test_the_line_of_a_failure_says_what_failed_and_where(world: World) -> None:
    world.away = {"A"}
    world.handler()({"Records": world.place("A")}, None)

    (line,) = world.lines.lines
    assert (line["outcome"], line["error"], line["event"]) == ("retry", "Outside", "A/placed")
    assert line["at"] == "functions/runtime/handlers/reactor.py:handle"
    assert len(line["fingerprint"]) == 8


def test_an_event_from_a_machine_with_a_fast_clock_has_no_negative_age(world: World) -> None:
    records = world.place("A")
    world.clock.advance(seconds=-5)
    world.handler()({"Records": records}, None)

    assert world.lines.lines[0]["age"] == 0


def test_the_metrics_of_an_invocation_are_written_once(world: World) -> None:
    world.handler()({"Records": world.place("A", "B")}, None)

    assert world.lines.flushed == 1
    assert [name for name, _ in world.lines.counts] == ["EventAge", "EventAge"]


def test_how_often_a_message_has_failed_is_a_metric_but_of_one_that_never_goes_well(
    world: World,
) -> None:
    world.away = {"A"}
    (failing,) = world.place("A")
    failing["attributes"]["ApproximateReceiveCount"] = "9"
    world.handler()({"Records": [failing, message("{", receives=12)]}, None)

    assert world.lines.outcomes == ["retry", "undecodable"]
    assert world.lines.counts == [(TRIES, 9)]


def test_the_age_of_an_event_is_a_metric_in_milliseconds(world: World, logged: Logged) -> None:
    records = world.place("A")
    world.clock.advance(seconds=2)
    world.handler(observer=logged.observer)({"Records": records}, None)

    (metrics,) = (json.loads(line) for line in logged.text().splitlines() if "_aws" in line)
    (told,) = metrics["_aws"]["CloudWatchMetrics"]
    assert metrics["EventAge"] == [2000]
    assert {each["Name"]: each["Unit"] for each in told["Metrics"]}["EventAge"] == "Milliseconds"


@pytest.mark.parametrize("away", [set(), {"A"}], ids=["done", "failed"])
def test_no_line_and_no_metric_carries_payload_or_personal_data(
    world: World, logged: Logged, away: set[str]
) -> None:
    world.away = away
    records = [*world.place("A", "B"), message("{" + EMAIL)]
    world.handler(observer=logged.observer)({"Records": records}, None)

    said = logged.text()
    assert len([line for line in said.splitlines() if "_aws" not in line]) == 3
    for secret in (EMAIL, SHIP_TO.name, SHIP_TO.street, SHIP_TO.postal_code, SECRET):
        assert secret not in said
