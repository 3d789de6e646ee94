"""Messages sent to a queue directly, in the form that the topic gives them."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from events import codec
from events.codec import MAX_BYTES as LARGEST
from functions.framework.batching import MAX_BYTES, pack
from functions.framework.ports import Message
from functions.runtime.operating.send import SqsSender
from testkit.builders import placed
from tests.functions.conftest import Calls
from tests.functions.runtime.conftest import Faults

_queues = count(1)


def message(order: str, body: bytes | None = None) -> Message:
    event = placed(order=order)
    return Message(
        id=event.id,
        subject=event.subject,
        type=event.type,
        sequence=event.sequence,
        body=body or codec.encode(event),
    )


class Queue:
    """A queue under moto and its sender."""

    def __init__(self, sqs: Any, *, ordered: bool) -> None:
        name = f"queue{next(_queues)}" + (".fifo" if ordered else "")
        fifo = {"FifoQueue": "true"} if ordered else {}
        self.sqs = sqs
        self.url = sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]
        self.sender = SqsSender(sqs, self.url, ordered=ordered)

    def received(self) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return list(answer.get("Messages", []))


@pytest.fixture
def parallel(connection: Callable[[str], Any]) -> Queue:
    return Queue(connection("sqs"), ordered=False)


@pytest.fixture
def ordered(connection: Callable[[str], Any]) -> Queue:
    return Queue(connection("sqs"), ordered=True)


def test_a_message_has_the_event_and_the_attribute_of_the_topic(parallel: Queue) -> None:
    assert parallel.sender.send([message("A")], "job") == [""]

    (got,) = parallel.received()
    assert got["Body"].encode() == message("A").body
    assert got["MessageAttributes"]["type"]["StringValue"] == "OrderPlaced"


def test_on_an_ordered_queue_the_order_is_the_group_and_each_job_has_new_messages(
    ordered: Queue,
) -> None:
    for job in ("job1", "job1", "job2"):
        assert ordered.sender.send([message("A")], job) == [""]

    attributes = [got["Attributes"] for got in ordered.received()]
    assert [known["MessageGroupId"] for known in attributes] == ["A", "A"]
    assert [known["MessageDeduplicationId"] for known in attributes] == [
        "A/placed#job1",
        "A/placed#job2",
    ]


@pytest.fixture
def partly(parallel: Queue) -> Iterator[Queue]:
    """A queue whose response refuses the second message and does not name the third."""

    def edit(parsed: dict[str, Any], **_: Any) -> None:
        parsed["Successful"] = [e for e in parsed["Successful"] if e["Id"] not in ("1", "2")]
        parsed["Failed"] = [{"Id": "1", "Code": "InternalError", "SenderFault": False}]

    events = parallel.sqs.meta.events
    events.register("after-call.sqs.SendMessageBatch", edit)
    yield parallel
    events.unregister("after-call.sqs.SendMessageBatch", edit)


def test_a_message_that_the_response_does_not_accept_was_refused(partly: Queue) -> None:
    messages = [message(order) for order in "ABCD"]

    assert partly.sender.send(messages, "job") == ["", "InternalError", "NotInAnswer", ""]


def test_an_outage_is_an_error(parallel: Queue, faults: Faults) -> None:
    denied = {"Error": {"Code": "AccessDenied", "Message": "no"}}
    faults.inject(parallel.sqs, "SendMessageBatch", denied)

    with pytest.raises(Exception, match="AccessDenied"):
        parallel.sender.send([message("A")], "job")


def test_waiting_and_received_messages_are_counted(parallel: Queue) -> None:
    assert parallel.sender.waiting() == 0
    parallel.sender.send([message(f"ORDER{number}") for number in range(10)], "job")
    parallel.sender.send([message("ANOTHER")], "job")
    parallel.received()

    assert parallel.sender.waiting() == 11


def test_a_batch_of_the_largest_events_is_within_the_size_limit(
    parallel: Queue, calls: Calls
) -> None:
    messages = [message(f"ORDER{number}", b"x" * LARGEST) for number in range(7)]

    for batch in pack(messages):
        assert sum(len(each.body) for each in batch) <= MAX_BYTES
        assert set(parallel.sender.send(batch, "job")) == {""}

    assert [len(call.sent["Entries"]) for call in calls] == [3, 3, 1]
