"""The relay's Lambda handler: records of the log's stream, to messages on the topic."""

from collections.abc import Callable
from typing import Any

from events import codec
from events.envelope import millis
from functions.runtime.items import from_item
from functions.runtime.observe import Observer, failure
from functions.runtime.ports import Clock, Message, Topic
from functions.runtime.service import Relay


def handler(
    relay: Relay, topic: Topic, observer: Observer, clock: Clock
) -> Callable[[dict[str, Any], Any], Any]:
    """Return the function that Lambda calls with a DynamoDB stream event.

    It answers `batchItemFailures`. Only inserts are published: a log is never changed, so anything
    else is counted as tampering.
    """

    def handle(event: dict[str, Any], _context: Any) -> Any:
        records: dict[str, str] = {}
        messages: list[Message] = []
        for record in event["Records"]:
            message = _message(record, observer, clock)
            if message is not None:
                messages.append(message)
                records[message.id] = record["dynamodb"]["SequenceNumber"]
        unsent = relay.publish(messages, topic)
        for message in messages:
            outcome = "unsent" if message.id in unsent else "published"
            observer.record(outcome, event=message.id, type=message.type, order=message.subject)
        observer.flush()
        return {
            "batchItemFailures": [
                {"itemIdentifier": number}
                for event_id, number in records.items()
                if event_id in unsent
            ]
        }

    return handle


def _message(record: dict[str, Any], observer: Observer, clock: Clock) -> Message | None:
    change = record["dynamodb"]
    key = {name: value.get("S", "") for name, value in change["Keys"].items()}
    if record["eventName"] != "INSERT":
        observer.record("tampered", **key, change=record["eventName"])
        return None
    try:
        event = from_item(change["NewImage"])
    except codec.Undecodable as error:
        observer.record("unpublishable", **key, detail=str(error), **failure(error))
        return None
    observer.count("RelayAge", max(0, millis(clock()) - millis(event.time)), millis=True)
    return Message(
        id=event.id,
        subject=event.subject,
        type=event.type,
        sequence=event.sequence,
        body=codec.encode(event),
    )
