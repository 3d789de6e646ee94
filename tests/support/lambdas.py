"""What Lambda hands to a function, and what it reads from the answer."""

from typing import Any

from events import codec
from events.envelope import Event
from functions.runtime.aws.items import to_item
from tests.support.builders import ORDER


def message(event: Event[Any] | str, *, receives: int = 1) -> dict[str, Any]:
    """Return a record of a queue; its ids are those of the event."""
    body = event if isinstance(event, str) else codec.encode(event).decode()
    name = event if isinstance(event, str) else event.id
    return {
        "messageId": f"message {name}",
        "receiptHandle": f"handle {name}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": str(receives),
            "MessageGroupId": ORDER if isinstance(event, str) else event.subject,
        },
        "eventSource": "aws:sqs",
    }


def record(event: Event[Any], number: int, name: str = "INSERT") -> dict[str, Any]:
    """Return a record of the log's stream."""
    item = to_item(event)
    return {
        "eventName": name,
        "dynamodb": {
            "Keys": {"subject": item["subject"], "slot": item["slot"]},
            "NewImage": item,
            "SequenceNumber": str(number),
        },
    }


def failed(answer: Any) -> list[str]:
    """Return the ids of the records that come again."""
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]
