"""A queue as functions use it: they hide failed messages, and send notes."""

from collections.abc import Mapping
from typing import Any

BATCH = 10


class SqsQueue:
    """A queue on SQS."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def put(self, body: str) -> None:
        """Send a message."""
        self._client.send_message(QueueUrl=self._url, MessageBody=body)

    def hide(self, seconds: Mapping[str, int]) -> None:
        """Set visibility timeouts, in seconds from now, by receipt handle."""
        handles = list(seconds)
        for start in range(0, len(handles), BATCH):
            self._client.change_message_visibility_batch(
                QueueUrl=self._url,
                Entries=[
                    {
                        "Id": str(i),
                        "ReceiptHandle": handle,
                        "VisibilityTimeout": seconds[handle],
                    }
                    for i, handle in enumerate(handles[start : start + BATCH])
                ],
            )
