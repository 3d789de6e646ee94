"""A consumer's queue on SQS, filled past the topic as the topic would fill it."""

from collections.abc import Sequence
from typing import Any

from functions.framework.ports import Message
from functions.runtime.aws.topic import UNSAID

COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)


class SqsSender:
    """Sends to one queue; `ordered` is FIFO."""

    def __init__(self, client: Any, url: str, *, ordered: bool) -> None:
        """Take an SQS client, the queue's URL and its kind."""
        self._client = client
        self._url = url
        self._ordered = ordered

    def send(self, messages: Sequence[Message], job: str) -> Sequence[str]:
        """Send at most ten messages; tell for each why it was refused, empty if it was not.

        Only what the answer names as successful counts. A deduplication id that was used within
        five minutes would be accepted and not delivered, so that every job has ids of its own.
        """
        answer = self._client.send_message_batch(
            QueueUrl=self._url,
            Entries=[self._entry(str(n), message, job) for n, message in enumerate(messages)],
        )
        accepted = {entry["Id"] for entry in answer.get("Successful", ())}
        reasons = {entry["Id"]: entry.get("Code", UNSAID) for entry in answer.get("Failed", ())}
        return [
            "" if str(n) in accepted else reasons.get(str(n), UNSAID) for n in range(len(messages))
        ]

    def waiting(self) -> int:
        """Return about how many messages wait there or are being worked on."""
        counts = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=list(COUNTS))
        return sum(int(counts["Attributes"][name]) for name in COUNTS)

    def _entry(self, number: str, message: Message, job: str) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "Id": number,
            "MessageBody": message.body.decode(),
            "MessageAttributes": {"type": {"DataType": "String", "StringValue": message.type}},
        }
        if self._ordered:
            entry["MessageGroupId"] = message.subject
            entry["MessageDeduplicationId"] = f"{message.id}#{job}"
        return entry
