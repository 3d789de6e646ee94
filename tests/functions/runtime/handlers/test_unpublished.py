"""What the relay does not publish: changes of the log, and what its source may not say."""

import pytest

from events.contracts.ordering import OrderConfirmed
from functions.runtime.aws.items import FORGOTTEN, blanked
from functions.runtime.memory.observer import MemoryObserver
from functions.runtime.memory.topic import MemoryTopic
from tests.support.builders import NOW, then
from tests.support.lambdas import record
from tests.support.relay_world import PREPARED, A, B, Relay, notes, relay, topic

__all__ = ["notes", "relay", "topic"]


@pytest.mark.parametrize("name", ["MODIFY", "REMOVE"])
def test_a_change_of_the_log_is_counted_as_tampering_and_not_published(
    relay: Relay, topic: MemoryTopic, lines: MemoryObserver, name: str
) -> None:
    changed = record(A, 1, name)
    if name == "REMOVE":
        del changed["dynamodb"]["NewImage"]

    assert relay([changed, record(B, 2)]) == []
    assert [m.id for m in topic.published] == [B.id]
    assert lines.lines[0] == {
        "outcome": "tampered",
        "consumer": "relay",
        "change": name,
        "subject": "A",
        "slot": "placed",
    }


def test_an_item_that_was_blanked_is_counted_as_forgotten_and_not_published(
    relay: Relay, topic: MemoryTopic, lines: MemoryObserver
) -> None:
    changed = record(A, 1, "MODIFY")
    image = changed["dynamodb"]["NewImage"]
    image |= blanked(image, NOW) or {}

    assert relay([changed, record(B, 2)]) == []
    assert [m.id for m in topic.published] == [B.id]
    assert lines.lines[0] == {
        "outcome": "forgotten",
        "consumer": "relay",
        "change": "MODIFY",
        "subject": "A",
        "slot": "placed",
    }


def test_who_only_says_that_an_item_was_blanked_has_tampered_with_it(
    relay: Relay, lines: MemoryObserver
) -> None:
    only_said = record(A, 1, "MODIFY")
    only_said["dynamodb"]["NewImage"] |= {FORGOTTEN: {"S": NOW.isoformat()}}
    unsaid = record(A, 2, "MODIFY")
    image = unsaid["dynamodb"]["NewImage"]
    image |= {"data": (blanked(image, NOW) or {})["data"]}
    no_event = record(A, 3, "MODIFY")
    no_event["dynamodb"]["NewImage"] = {FORGOTTEN: {"S": "x"}, "data": {"S": "{"}}

    nothing_to_blank = record(PREPARED, 4, "MODIFY")
    nothing_to_blank["dynamodb"]["NewImage"] |= {FORGOTTEN: {"S": NOW.isoformat()}}

    relay([only_said, unsaid, no_event, nothing_to_blank])

    assert lines.outcomes == ["tampered"] * 4


def test_an_outcome_that_checkout_may_not_state_is_not_published(
    relay: Relay, topic: MemoryTopic
) -> None:
    relay([record(then(A, OrderConfirmed(), source="checkout"), 1)])

    assert topic.published == []
