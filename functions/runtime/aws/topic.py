"""The topic on SNS FIFO."""

from collections.abc import Sequence
from typing import Any, override

from functions.framework.ports import Message, Topic

UNANSWERED = "NotInAnswer"
"""The reason for an entry that the answer does not mention."""


class SnsTopic(Topic):
    """An SNS FIFO topic: message group = the subject, deduplication id = the event id."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    @override
    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        # A message counts as accepted only if its entry is among the successful ones. Entry ids are
        # indexes, since an event id has characters that SNS refuses there.
        answer = self._client.publish_batch(
            TopicArn=self._arn,
            PublishBatchRequestEntries=[
                {
                    "Id": str(index),
                    "Message": message.body.decode(),
                    "MessageGroupId": message.subject,
                    "MessageDeduplicationId": message.id,
                    "MessageAttributes": {
                        "type": {"DataType": "String", "StringValue": message.type}
                    },
                }
                for index, message in enumerate(messages)
            ],
        )
        accepted = {entry["Id"] for entry in answer.get("Successful", ())}
        reasons = {entry["Id"]: entry.get("Code", UNANSWERED) for entry in answer.get("Failed", ())}
        return [
            "" if str(index) in accepted else reasons.get(str(index), UNANSWERED)
            for index in range(len(messages))
        ]
