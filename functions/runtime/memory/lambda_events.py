"""Events that Lambda hands to a handler: records of a queue and of the stream, HTTP requests.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from typing import Any

from events.envelope import Event
from functions.framework.notices import SUFFIX
from functions.runtime.aws.items import SLOT, SUBJECT, Item, to_item


def batch(*records: dict[str, Any]) -> dict[str, Any]:
    """Return the event of a batch of records."""
    return {"Records": list(records)}


def failures(answer: Any) -> list[str]:
    """Return the ids of the records that a handler reported as failed."""
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def queue_record(
    body: str, *, message: str, receipt: str, receives: int = 1, group: str | None = None
) -> dict[str, Any]:
    """Return a record of a queue: a message's id and receipt handle, and how often it was received.

    `group` is the message group on a FIFO queue; a standard queue's messages have none.
    """
    attributes = {"ApproximateReceiveCount": f"{receives}"}
    return {
        "messageId": message,
        "receiptHandle": receipt,
        "body": body,
        "attributes": attributes | ({"MessageGroupId": group} if group else {}),
        "eventSource": "aws:sqs",
    }


def notice_record(body: str, *, consumer: str, message: str = "notice-1") -> dict[str, Any]:
    """Return a record of a consumer's queue of notices."""
    record = queue_record(body, message=message, receipt=f"receipt of {message}")
    arn = f"arn:aws:sqs:eu-central-1:123456789012:fanfare-dev-{consumer}{SUFFIX}"
    return record | {"eventSourceARN": arn}


def stream_record(
    event: Event[Any] | Item, *, number: str, change: str = "INSERT"
) -> dict[str, Any]:
    """Return a record of the log's stream: an item, its sequence number, what happened to it."""
    item = to_item(event) if isinstance(event, Event) else event
    return {
        "eventName": change,
        "dynamodb": {
            "Keys": {name: item[name] for name in (SUBJECT, SLOT)},
            "NewImage": item,
            "SequenceNumber": number,
        },
    }


def http_request(
    route: str,
    *,
    body: str | None = None,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return a request to an HTTP API (payload 2.0) on a route such as `GET /products`."""
    return {
        "routeKey": route,
        "requestContext": {},
        "headers": {"content-type": "application/json"} | (headers or {}),
        **({"body": body} if body is not None else {}),
        **more,
    }
