"""The Lambda handler of the relay: from records of the log's stream to messages on the topic."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any, Protocol

from events import codec
from events.envelope import Event, millis
from functions.framework.batching import Unfit, fit
from functions.framework.outcomes import RELAY_AGE, Outcome
from functions.framework.ports import Clock, Message, Topic
from functions.framework.service import Relay
from functions.runtime.aws.items import from_item, is_forgotten, to_message
from functions.runtime.handlers.observer import Observer, failure, identifier


class UnpublishedQueue(Protocol):
    """The queue for items that the relay cannot publish; an operator repairs them."""

    def put(self, body: str) -> None:
        """Send a note that names an item and the reason."""
        ...


def relay_handler(
    relay: Relay, topic: Topic, unpublished: UnpublishedQueue, observer: Observer, clock: Clock
) -> Callable[[dict[str, Any], Any], Any]:
    """Return the function that Lambda calls with a DynamoDB stream event.

    It returns `batchItemFailures`. Only inserts are published. The one legitimate change of the log
    is to erase personal data (the stream does not carry the old values); any other change is
    counted as tampering. An item that is not an event of its owner, or that the topic would refuse,
    is noted in `unpublished` by its key, because a retry would block the whole shard. The note is
    sent only when no earlier record is to be retried; a key that is noted twice shows that the
    function or the queue failed between the note and the answer.
    """

    def handle(event: dict[str, Any], _context: Any) -> Any:
        found: dict[str, tuple[str, Event[Any]]] = {}
        messages: list[Message] = []
        notes: dict[str, str] = {}
        for record in event["Records"]:
            read = _read(record, relay, notes, observer)
            if read is not None:
                fact, message = read
                found[fact.id] = (record["dynamodb"]["SequenceNumber"], fact)
                messages.append(message)
        try:
            unsent = relay.publish(messages, topic)
            again = {number for event_id, (number, _) in found.items() if event_id in unsent}
            for note in _due(event["Records"], notes, again):
                unpublished.put(note)
        except Exception as error:
            observer.record(Outcome.RETRY, consumer=relay.name, **failure(error))
            observer.flush()
            raise
        for _, fact in found.values():
            age = max(0, millis(clock()) - millis(fact.time))
            observer.count(RELAY_AGE, age, millis=True)
            refused = {"error": unsent[fact.id]} if fact.id in unsent else {}
            observer.record(
                Outcome.UNSENT if refused else Outcome.PUBLISHED,
                consumer=relay.name,
                event=identifier(fact.id),
                type=fact.type,
                order=identifier(fact.subject),
                correlation=identifier(fact.correlationid),
                age=age,
                **refused,
            )
        observer.flush()
        return {
            "batchItemFailures": [
                {"itemIdentifier": number} for number, _ in found.values() if number in again
            ]
        }

    return handle


def _read(
    record: dict[str, Any], relay: Relay, notes: dict[str, str], observer: Observer
) -> tuple[Event[Any], Message] | None:
    """Return the event of a record and its message; None if there is nothing to publish.

    An item that cannot be published is added to `notes`, by sequence number.
    """
    change = record["dynamodb"]
    image = change.get("NewImage", {})
    key = {name: value.get("S", "") for name, value in change["Keys"].items()}
    known = {name: identifier(value) for name, value in key.items()}
    if record["eventName"] != "INSERT":
        forgotten = is_forgotten(image) and record["eventName"] == "MODIFY"
        outcome = Outcome.FORGOTTEN if forgotten else Outcome.TAMPERED
        observer.record(outcome, consumer=relay.name, **known, change=record["eventName"])
        return None
    try:
        fact = from_item(image)
        return fact, fit(to_message(image))
    except (codec.Undecodable, Unfit) as error:
        reason = failure(error) | {"detail": str(error)}
        notes[change["SequenceNumber"]] = json.dumps(key | reason)
        observer.record(Outcome.UNPUBLISHABLE, consumer=relay.name, **known, **reason)
        return None


def _due(
    records: Iterable[dict[str, Any]], notes: Mapping[str, str], again: Collection[str]
) -> Iterator[str]:
    """Yield the notes of records that are not retried: Lambda retries from the first failed one.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    numbers = (record["dynamodb"]["SequenceNumber"] for record in records)
    for number in takewhile(lambda number: number not in again, numbers):
        if number in notes:
            yield notes[number]
