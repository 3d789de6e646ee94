"""Contract of the topic, in memory and on SNS, and the requests to SNS."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Protocol

import pytest

from events import codec
from functions import names
from functions.framework.ports import Message, Topic
from functions.runtime.aws.topic import SnsTopic
from functions.runtime.memory.topic import MemoryTopic
from testkit.builders import placed
from tests.functions.runtime.conftest import Faults

_topics = count(1)


def message(order: str) -> Message:
    event = placed(order=order)
    return Message(
        id=event.id,
        subject=event.subject,
        type=event.type,
        sequence=event.sequence,
        body=codec.encode(event),
    )


class Subject(Protocol):
    """A topic that refuses some messages, and the messages that its subscribers received."""

    topic: Topic

    def refuse(self, message: Message) -> None: ...

    def received(self) -> list[str]: ...


class InMemory:
    def __init__(self) -> None:
        self._topic = MemoryTopic()
        self.topic: Topic = self._topic

    def refuse(self, message: Message) -> None:
        self._topic.refuses.add(message.id)

    def received(self) -> list[str]:
        return [message.body.decode() for message in self._topic.published]


class InSns:
    """A FIFO topic with one queue; refused messages are left out and reported as failed."""

    def __init__(self, connection: Callable[[str], Any], name: str) -> None:
        self.client, self._sqs = connection("sns"), connection("sqs")
        fifo = {"FifoTopic": "true"}
        arn = self.client.create_topic(Name=names.topic(name), Attributes=fifo)["TopicArn"]
        queue = names.queue(name, "listener", ordered=True)
        self._url = self._sqs.create_queue(QueueName=queue, Attributes={"FifoQueue": "true"})[
            "QueueUrl"
        ]
        self.client.subscribe(
            TopicArn=arn,
            Protocol="sqs",
            Endpoint=f"arn:aws:sqs:eu-central-1:123456789012:{queue}",
            Attributes={"RawMessageDelivery": "true"},
        )
        self.topic: Topic = SnsTopic(self.client, arn)
        self.sent: list[dict[str, Any]] = []
        self._refused: set[str] = set()
        self._dropped: list[str] = []

    def refuse(self, message: Message) -> None:
        self._refused.add(message.id)

    def drop(self, params: dict[str, Any], **_: Any) -> None:
        self.sent = entries = params["PublishBatchRequestEntries"]
        kept = [e for e in entries if e["MessageDeduplicationId"] not in self._refused]
        self._dropped = [entry["Id"] for entry in entries if entry not in kept]
        params["PublishBatchRequestEntries"] = kept

    def report(self, parsed: dict[str, Any], **_: Any) -> None:
        failed = [{"Id": i, "Code": "InternalError", "SenderFault": False} for i in self._dropped]
        parsed["Failed"] = failed

    def received(self) -> list[str]:
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]


@pytest.fixture
def sns(connection: Callable[[str], Any]) -> Iterator[InSns]:
    subject = InSns(connection, f"topic{next(_topics)}")
    hooks = subject.client.meta.events
    hooks.register("provide-client-params.sns.PublishBatch", subject.drop)
    hooks.register("after-call.sns.PublishBatch", subject.report)
    yield subject
    hooks.unregister("provide-client-params.sns.PublishBatch", subject.drop)
    hooks.unregister("after-call.sns.PublishBatch", subject.report)


@pytest.fixture(params=["memory", "sns"])
def subject(request: pytest.FixtureRequest) -> Subject:
    made: Subject = InMemory() if request.param == "memory" else request.getfixturevalue("sns")
    return made


MESSAGES = [message(order) for order in ("A", "B", "C")]


def test_accepted_messages_are_received_as_they_were_published(subject: Subject) -> None:
    assert subject.topic.publish(MESSAGES) == ["", "", ""]
    assert subject.received() == [m.body.decode() for m in MESSAGES]


def test_each_message_has_its_own_result(subject: Subject) -> None:
    subject.refuse(MESSAGES[1])

    first, refused, last = subject.topic.publish(MESSAGES)

    assert (first, bool(refused), last) == ("", True, "")
    assert subject.received() == [MESSAGES[0].body.decode(), MESSAGES[2].body.decode()]


def test_a_message_that_is_not_in_the_response_was_not_accepted(sns: InSns, faults: Faults) -> None:
    faults.inject(sns.client, "PublishBatch", {"Successful": [], "Failed": []}, {})

    for _ in range(2):
        assert sns.topic.publish(MESSAGES) == ["NotInAnswer"] * 3


def test_the_order_is_the_message_group_and_the_event_id_the_deduplication_id(sns: InSns) -> None:
    sns.topic.publish(MESSAGES[:2])

    assert [(e["Id"], e["MessageGroupId"], e["MessageDeduplicationId"]) for e in sns.sent] == [
        ("0", "A", "A/placed"),
        ("1", "B", "B/placed"),
    ]
    assert sns.sent[0]["MessageAttributes"] == {
        "type": {"DataType": "String", "StringValue": "OrderPlaced"}
    }
    assert json.loads(sns.sent[0]["Message"])["id"] == "A/placed"
