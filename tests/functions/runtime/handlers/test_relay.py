"""The relay's handler: published records, records to retry, and log lines."""

import json
from dataclasses import replace
from unittest.mock import Mock

import msgspec
import pytest

from events import codec
from functions.framework.ports import Message
from functions.map import BUS
from functions.runtime.main import InvocationFailed
from functions.runtime.memory.application import Application
from testkit.builders import EMAIL, Clock, order_placed, placed, record
from tests.functions.conftest import Logged
from tests.support.handlers import PREPARED, A, B, process


def test_every_new_event_is_published_as_it_was_written(relay: Application) -> None:
    assert process(relay, record(A, 1), record(PREPARED, 2), record(B, 3)) == []
    assert {codec.decode(m.body).id for m in relay.topic.published} == {A.id, PREPARED.id, B.id}
    assert [codec.decode(m.body) for m in relay.topic.published if m.subject == "A"] == [
        A,
        PREPARED,
    ]


def test_a_message_has_the_attributes_that_the_topic_needs(relay: Application) -> None:
    process(relay, record(PREPARED, 1))

    assert relay.topic.published == [
        Message(
            id="A/payment/attempt",
            subject="A",
            type="PaymentPrepared",
            sequence=PREPARED.sequence,
            body=codec.encode(PREPARED),
        )
    ]


def test_an_event_of_an_earlier_version_is_published_in_that_version(relay: Application) -> None:
    old = record(A, 1)
    image = old["dynamodb"]["NewImage"]
    data = json.loads(image["data"]["S"])
    del data["delivery"], data["customer"]
    image |= {"dataversion": {"N": "1"}, "data": {"S": json.dumps(data)}}

    assert process(relay, old) == []
    (message,) = relay.topic.published
    written = json.loads(message.body)
    assert (written["dataversion"], written["data"]) == (1, data)
    assert codec.decode(message.body) == A


def test_the_events_of_an_order_are_published_in_sequence_whatever_the_order_of_the_records(
    relay: Application,
) -> None:
    process(relay, record(PREPARED, 1), record(A, 2))

    assert [m.id for m in relay.topic.published] == [A.id, PREPARED.id]


def test_a_refused_message_is_reported_by_its_sequence_number(relay: Application) -> None:
    relay.topic.refuses = {A.id}

    assert process(relay, record(A, 7), record(B, 8), record(PREPARED, 9)) == ["7", "9"]
    assert [m.id for m in relay.topic.published] == [B.id]
    assert [
        (line["outcome"], line["event"], line.get("error")) for line in relay.observer.lines
    ] == [
        ("unsent", A.id, "Refused"),
        ("published", B.id, None),
        ("unsent", PREPARED.id, "BehindAnother"),
    ]


def test_an_error_of_the_topic_fails_the_whole_batch(
    relay: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = Mock(side_effect=[[""], TimeoutError])
    monkeypatch.setattr(relay.topic, "publish", publish)

    with pytest.raises(InvocationFailed, match="TimeoutError"):
        process(relay, record(A, 1), record(PREPARED, 2))
    assert publish.call_count == 2
    lines = [(line["outcome"], line["error"]) for line in relay.observer.lines]
    assert lines == [("retry", "TimeoutError")]


def test_each_record_has_one_line_with_its_outcome(relay: Application) -> None:
    process(relay, record(A, 1))

    assert relay.observer.lines == [
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
    assert relay.observer.flushed == 1


def test_the_age_of_each_event_is_a_metric(relay: Application, clock: Clock) -> None:
    clock.advance(seconds=3)
    process(relay, record(A, 1))

    assert relay.observer.counts == [("RelayAge", 3000)]


def test_no_line_carries_payload_or_personal_data(
    logged: Logged,
) -> None:
    relay = Application([BUS], wrap=lambda _, given: replace(given, observer=logged.observer))
    secret = placed(order_placed(token="tok_nobody_may_read"), order="A")
    stranger = msgspec.structs.replace(secret, source="shipping")
    process(relay, record(secret, 1), record(stranger, 2), record(secret, 3, "MODIFY"))

    output = logged.text()
    assert [json.loads(line)["outcome"] for line in output.splitlines() if "_aws" not in line] == [
        "unpublishable",
        "tampered",
        "published",
    ]
    assert EMAIL not in output + str(relay.unpublished.notes)
    assert "tok_nobody_may_read" not in output + str(relay.unpublished.notes)
