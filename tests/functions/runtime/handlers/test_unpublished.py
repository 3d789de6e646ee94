"""Changes of the log and facts of a wrong source, which the relay does not publish."""

import pytest

from events.contracts.ordering import OrderConfirmed
from functions.runtime.aws.items import FORGOTTEN, blanked
from functions.runtime.memory.application import Application
from testkit.builders import NOW, record, then
from tests.support.handlers import PREPARED, A, B, process


@pytest.mark.parametrize("name", ["MODIFY", "REMOVE"])
def test_a_change_of_the_log_is_counted_as_tampering_and_not_published(
    relay: Application, name: str
) -> None:
    changed = record(A, 1, name)
    if name == "REMOVE":
        del changed["dynamodb"]["NewImage"]

    assert process(relay, changed, record(B, 2)) == []
    assert [m.id for m in relay.topic.published] == [B.id]
    assert relay.observer.lines[0] == {
        "outcome": "tampered",
        "consumer": "relay",
        "change": name,
        "subject": "A",
        "slot": "placed",
    }


def test_an_erased_item_is_counted_as_forgotten_and_not_published(relay: Application) -> None:
    changed = record(A, 1, "MODIFY")
    image = changed["dynamodb"]["NewImage"]
    image |= blanked(image, NOW) or {}

    assert process(relay, changed, record(B, 2)) == []
    assert [m.id for m in relay.topic.published] == [B.id]
    assert relay.observer.lines[0] == {
        "outcome": "forgotten",
        "consumer": "relay",
        "change": "MODIFY",
        "subject": "A",
        "slot": "placed",
    }


def test_a_change_that_erases_nothing_or_is_not_marked_is_counted_as_tampering(
    relay: Application,
) -> None:
    only_marked = record(A, 1, "MODIFY")
    only_marked["dynamodb"]["NewImage"] |= {FORGOTTEN: {"S": NOW.isoformat()}}
    unmarked = record(A, 2, "MODIFY")
    image = unmarked["dynamodb"]["NewImage"]
    image |= {"data": (blanked(image, NOW) or {})["data"]}
    no_event = record(A, 3, "MODIFY")
    no_event["dynamodb"]["NewImage"] = {FORGOTTEN: {"S": "x"}, "data": {"S": "{"}}

    nothing_to_erase = record(PREPARED, 4, "MODIFY")
    nothing_to_erase["dynamodb"]["NewImage"] |= {FORGOTTEN: {"S": NOW.isoformat()}}

    process(relay, only_marked, unmarked, no_event, nothing_to_erase)

    assert relay.observer.outcomes == ["tampered"] * 4


def test_a_fact_that_its_source_may_not_state_is_not_published(relay: Application) -> None:
    process(relay, record(then(A, OrderConfirmed(), source="checkout"), 1))

    assert relay.topic.published == []
