"""The relay's Lambda handler: records of the log's stream, to messages on the topic."""

import json
from collections.abc import Callable
from typing import Any, Protocol

from events import codec
from events.envelope import Event, millis
from functions.runtime.forgetting import is_forgotten
from functions.runtime.items import from_item, to_message
from functions.runtime.observe import Observer, failure
from functions.runtime.ports import Clock, Message, Topic
from functions.runtime.service import Relay


class Unpublished(Protocol):
    """Where the relay puts what it cannot publish, for an operator to see to."""

    def put(self, body: str) -> None:
        """Keep a note."""
        ...


def handler(
    relay: Relay, topic: Topic, unpublished: Unpublished, observer: Observer, clock: Clock
) -> Callable[[dict[str, Any], Any], Any]:
    """Return the function that Lambda calls with a DynamoDB stream event.

    It answers `batchItemFailures`. Only inserts are published. A log is never changed but to forget
    a person (what it said before is not in the stream, and is not to be), so any other change is
    counted as tampering. An item that is no event of its owner's goes to `unpublished`, by its key,
    since trying it again would hold up everybody else's.
    """

    def handle(event: dict[str, Any], _context: Any) -> Any:
        found: dict[str, tuple[str, Event[Any]]] = {}
        messages: list[Message] = []
        for record in event["Records"]:
            fact = _fact(record, relay, unpublished, observer)
            if fact is not None:
                found[fact.id] = (record["dynamodb"]["SequenceNumber"], fact)
                messages.append(to_message(record["dynamodb"]["NewImage"]))
        try:
            unsent = relay.publish(messages, topic)
        except Exception as error:
            observer.record("retry", consumer=relay.name, **failure(error))
            observer.flush()
            raise
        for _, fact in found.values():
            age = max(0, millis(clock()) - millis(fact.time))
            observer.count("RelayAge", age, millis=True)
            refused = {"error": unsent[fact.id]} if fact.id in unsent else {}
            observer.record(
                "unsent" if refused else "published",
                consumer=relay.name,
                event=fact.id,
                type=fact.type,
                order=fact.subject,
                correlation=fact.correlationid,
                age=age,
                **refused,
            )
        observer.flush()
        return {
            "batchItemFailures": [
                {"itemIdentifier": number}
                for event_id, (number, _) in found.items()
                if event_id in unsent
            ]
        }

    return handle


def _fact(
    record: dict[str, Any], relay: Relay, unpublished: Unpublished, observer: Observer
) -> Event[Any] | None:
    change = record["dynamodb"]
    key = {name: value.get("S", "") for name, value in change["Keys"].items()}
    if record["eventName"] != "INSERT":
        forgotten = is_forgotten(change.get("NewImage", {})) and record["eventName"] == "MODIFY"
        outcome = "forgotten" if forgotten else "tampered"
        observer.record(outcome, consumer=relay.name, **key, change=record["eventName"])
        return None
    try:
        return from_item(change["NewImage"])
    except codec.Undecodable as error:
        reason = failure(error) | {"detail": str(error)}
        unpublished.put(json.dumps(key | reason))
        observer.record("unpublishable", consumer=relay.name, **key, **reason)
        return None
