"""A consumer's queue on SQS."""

from collections.abc import Callable
from typing import Any

from functions.runtime.aws.queue import BATCH, SqsQueue
from tests.functions.conftest import Calls


def test_each_message_is_hidden_for_its_own_time(connection: Callable[[str], Any]) -> None:
    sqs = connection("sqs")
    url = sqs.create_queue(QueueName="hide")["QueueUrl"]
    for body in ("now", "later"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    handles = {message["Body"]: message["ReceiptHandle"] for message in received}

    SqsQueue(sqs, url).hide({handles["now"]: 0, handles["later"]: 900})

    again = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in again] == ["now"]


def test_messages_are_hidden_in_batches_of_ten(
    connection: Callable[[str], Any], calls: Calls
) -> None:
    sqs = connection("sqs")
    url = sqs.create_queue(QueueName="many")["QueueUrl"]
    calls.clear()

    SqsQueue(sqs, url).hide({f"handle {n}": 30 for n in range(23)})

    entries = [call.sent["Entries"] for call in calls]
    assert [len(batch) for batch in entries] == [BATCH, BATCH, 3]
    assert all(len({entry["Id"] for entry in batch}) == len(batch) for batch in entries)
    assert {entry["ReceiptHandle"] for batch in entries for entry in batch} == {
        f"handle {n}" for n in range(23)
    }
