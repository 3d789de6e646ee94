"""What the relay does not publish: changes of what was written, and facts that are nobody's."""

from typing import Any

import msgspec
import pytest

from events.ordering import OrderConfirmed
from events.payment import PaymentPrepared
from functions.relay.service import SERVICE
from functions.runtime import stream
from functions.runtime.forgetting import FORGOTTEN, blanked
from functions.runtime.memory import MemoryTopic
from tests.builders import NOW, Clock, Lines, placed, then
from tests.functions.runtime.conftest import Notes, Relay
from tests.functions.runtime.lambdas import record

A, B = placed(order="A"), placed(order="B")
PREPARED = then(A, PaymentPrepared(reference="r"))


@pytest.mark.parametrize("name", ["MODIFY", "REMOVE"])
def test_a_change_of_the_log_is_counted_as_tampering_and_not_published(
    relay: Relay, topic: MemoryTopic, lines: Lines, name: str
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
    relay: Relay, topic: MemoryTopic, lines: Lines
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
    relay: Relay, lines: Lines
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


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        ({"source": "shipping"}, "NotItsOwn"),
        ({"type": "OrderConfirmed", "dataversion": 1}, "NotItsOwn"),
        ({"type": "OrderGiftWrapped"}, "UnknownType"),
        ({"dataversion": 3}, "FutureVersion"),
    ],
)
def test_a_fact_that_is_not_its_owners_or_not_known_is_put_aside_and_blocks_nobody(
    relay: Relay,
    topic: MemoryTopic,
    notes: Notes,
    lines: Lines,
    edit: dict[str, Any],
    error: str,
) -> None:
    assert relay([record(msgspec.structs.replace(A, **edit), 1), record(B, 2)]) == []
    assert [m.id for m in topic.published] == [B.id]
    assert (lines.lines[0]["outcome"], lines.lines[0]["error"]) == ("unpublishable", error)
    assert (lines.lines[0]["subject"], lines.lines[0]["slot"]) == ("A", "placed")
    (note,) = notes.kept
    assert (note["subject"], note["slot"], note["error"]) == ("A", "placed", error)


def test_what_cannot_even_be_put_aside_comes_again(
    topic: MemoryTopic, lines: Lines, clock: Clock
) -> None:
    class Full(Notes):
        def put(self, body: str) -> None:
            raise TimeoutError

    handle = stream.handler(SERVICE, topic, Full(), lines, clock)
    stranger = msgspec.structs.replace(A, source="shipping")

    with pytest.raises(TimeoutError):
        handle({"Records": [record(stranger, 1), record(B, 2)]}, None)
    assert topic.published == []


def test_an_outcome_that_checkout_may_not_state_is_not_published(
    relay: Relay, topic: MemoryTopic
) -> None:
    relay([record(then(A, OrderConfirmed(), source="checkout"), 1)])

    assert topic.published == []
