"""The relay's handler: which records are published, and which are reported to come again."""

import json
from collections.abc import Sequence

import msgspec
import pytest

from events import codec
from functions.framework.ports import Message
from functions.relay.service import SERVICE
from functions.runtime.handlers.relay import relay_handler
from functions.runtime.memory.observer import MemoryObserver
from functions.runtime.memory.topic import MemoryTopic
from tests.functions.conftest import Logged
from tests.support.builders import EMAIL, Clock, order_placed, placed
from tests.support.lambdas import record
from tests.support.relay_world import PREPARED, A, B, Notes, Relay, notes, relay, topic

__all__ = ["notes", "relay", "topic"]


def test_every_new_event_is_published_as_it_was_written(relay: Relay, topic: MemoryTopic) -> None:
    assert relay([record(A, 1), record(PREPARED, 2), record(B, 3)]) == []
    assert {codec.decode(m.body).id for m in topic.published} == {A.id, PREPARED.id, B.id}
    assert [codec.decode(m.body) for m in topic.published if m.subject == "A"] == [A, PREPARED]


def test_a_message_says_what_the_topic_needs_to_know(relay: Relay, topic: MemoryTopic) -> None:
    relay([record(PREPARED, 1)])

    assert topic.published == [
        Message(
            id="A/payment/attempt",
            subject="A",
            type="PaymentPrepared",
            sequence=PREPARED.sequence,
            body=codec.encode(PREPARED),
        )
    ]


def test_an_event_of_an_earlier_version_travels_as_it_was_written(
    relay: Relay, topic: MemoryTopic
) -> None:
    old = record(A, 1)
    image = old["dynamodb"]["NewImage"]
    data = json.loads(image["data"]["S"])
    del data["delivery"], data["customer"]
    image |= {"dataversion": {"N": "1"}, "data": {"S": json.dumps(data)}}

    assert relay([old]) == []
    (message,) = topic.published
    written = json.loads(message.body)
    assert (written["dataversion"], written["data"]) == (1, data)
    assert codec.decode(message.body) == A


def test_an_orders_events_are_published_in_their_order_whatever_that_of_the_records(
    relay: Relay, topic: MemoryTopic
) -> None:
    relay([record(PREPARED, 1), record(A, 2)])

    assert [m.id for m in topic.published] == [A.id, PREPARED.id]


def test_what_the_topic_did_not_take_is_reported_by_its_sequence_number(
    relay: Relay, topic: MemoryTopic, lines: MemoryObserver
) -> None:
    topic.refuses = {A.id}

    assert relay([record(A, 7), record(B, 8), record(PREPARED, 9)]) == ["7", "9"]
    assert [m.id for m in topic.published] == [B.id]
    assert [(line["outcome"], line["event"], line.get("error")) for line in lines.lines] == [
        ("unsent", A.id, "Refused"),
        ("published", B.id, None),
        ("unsent", PREPARED.id, "BehindAnother"),
    ]


def test_a_topic_that_breaks_down_fails_the_batch_which_comes_again_whole(
    lines: MemoryObserver, clock: Clock
) -> None:
    class Away(MemoryTopic):
        def publish(self, messages: Sequence[Message]) -> Sequence[str]:
            if self.published:
                raise TimeoutError
            return super().publish(messages)

    handle = relay_handler(SERVICE, Away(), Notes(), lines, clock)

    with pytest.raises(TimeoutError):
        handle({"Records": [record(A, 1), record(PREPARED, 2)]}, None)
    assert [(line["outcome"], line["error"]) for line in lines.lines] == [("retry", "TimeoutError")]


def test_one_line_a_record_says_what_became_of_it(relay: Relay, lines: MemoryObserver) -> None:
    relay([record(A, 1)])

    assert lines.lines == [
        {
            "outcome": "published",
            "consumer": "relay",
            "event": "A/placed",
            "type": "OrderPlaced",
            "order": "A",
            "correlation": A.correlationid,
            "age": 0,
        }
    ]
    assert lines.flushed == 1


def test_the_age_of_each_event_is_measured(
    relay: Relay, lines: MemoryObserver, clock: Clock
) -> None:
    clock.advance(seconds=3)
    relay([record(A, 1)])

    assert lines.counts == [("RelayAge", 3000)]


def test_no_line_carries_payload_or_personal_data(
    topic: MemoryTopic, notes: Notes, logged: Logged, clock: Clock
) -> None:
    secret = placed(order_placed(token="tok_nobody_may_read"), order="A")
    records = [
        record(secret, 1),
        record(msgspec.structs.replace(secret, source="shipping"), 2),
        record(secret, 3, "MODIFY"),
    ]
    relay_handler(SERVICE, topic, notes, logged.observer, clock)({"Records": records}, None)

    said = logged.text()
    assert [json.loads(line)["outcome"] for line in said.splitlines() if "_aws" not in line] == [
        "unpublishable",
        "tampered",
        "published",
    ]
    assert EMAIL not in said + str(notes.kept)
    assert "tok_nobody_may_read" not in said + str(notes.kept)
