"""A consumer's queue on SQS, filled directly with the messages that the topic would send."""

from collections.abc import Sequence
from typing import Any, override

from functions.framework.ports import Message
from functions.runtime.aws.topic import UNANSWERED
from functions.runtime.operating.ports import Sender

COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)


class SqsSender(Sender):
    """Sends to one queue, which is FIFO if `ordered`."""

    def __init__(self, client: Any, url: str, *, ordered: bool) -> None:
        self._client = client
        self._url = url
        self._ordered = ordered

    @override
    def send(self, messages: Sequence[Message], job: str) -> Sequence[str]:
        # A message counts as sent only if the answer names it as successful. SQS would accept and
        # not deliver a deduplication id of the last five minutes, so each job has its own ids.
        answer = self._client.send_message_batch(
            QueueUrl=self._url,
            Entries=[self._entry(str(n), message, job) for n, message in enumerate(messages)],
        )
        accepted = {entry["Id"] for entry in answer.get("Successful", ())}
        reasons = {entry["Id"]: entry.get("Code", UNANSWERED) for entry in answer.get("Failed", ())}
        return [
            "" if str(n) in accepted else reasons.get(str(n), UNANSWERED)
            for n in range(len(messages))
        ]

    @override
    def waiting(self) -> int:
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
