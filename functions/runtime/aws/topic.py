"""The topic, on SNS FIFO."""

from collections.abc import Sequence
from typing import Any

from functions.framework.ports import Message

UNSAID = "Unsaid"
"""The reason of an entry of which the answer says nothing."""


class SnsTopic:
    """An SNS FIFO topic: message group = the subject, deduplication id = the event id."""

    def __init__(self, client: Any, arn: str) -> None:
        """Take an SNS client and the topic's ARN."""
        self._client = client
        self._arn = arn

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        """Publish at most ten messages; tell for each why it was refused, empty if it was not.

        A message counts as accepted only if its entry came back among the successful ones. Entry
        ids are indexes, since an event id has characters that SNS refuses there.
        """
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
        reasons = {entry["Id"]: entry.get("Code", UNSAID) for entry in answer.get("Failed", ())}
        return [
            "" if str(index) in accepted else reasons.get(str(index), UNSAID)
            for index in range(len(messages))
        ]
