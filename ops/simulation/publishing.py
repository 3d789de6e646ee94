"""How the relay publishes a batch: by the function that Lambda calls, or by its rule alone."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from events import codec
from events.envelope import Event
from functions.framework.ports import Message, Topic
from functions.framework.service import Relay
from functions.runtime.aws.items import SLOT, SUBJECT, to_item
from functions.runtime.handlers.relay import relay_handler
from ops.simulation.engine import Engine
from ops.simulation.unseen import Unseen

type Publish = Callable[[Sequence[Event[Any]]], Collection[str]]
"""Publishes events, in the order of the stream, and returns the ids of those not published."""


def by_handler(relay: Relay, topic: Topic, engine: Engine) -> Publish:
    """Return what publishes from the table's items as the stream has them."""
    handler = relay_handler(relay, topic, Unseen(), Unseen(), engine.clock)

    def publish(batch: Sequence[Event[Any]]) -> Collection[str]:
        answer = handler({"Records": [_record(event) for event in batch]}, None)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    return publish


def by_rule(relay: Relay, topic: Topic) -> Publish:
    """Return what publishes by the relay's rule alone, which is quicker."""
    return lambda batch: relay.publish([message_of(event) for event in batch], topic)


def _record(event: Event[Any]) -> dict[str, Any]:
    """Return an event as DynamoDB's stream has it; here its id numbers it.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
    """
    item = to_item(event)
    return {
        "eventName": "INSERT",
        "dynamodb": {
            "Keys": {name: item[name] for name in (SUBJECT, SLOT)},
            "NewImage": item,
            "SequenceNumber": event.id,
        },
    }


def message_of(event: Event[Any]) -> Message:
    """Return an event as it travels."""
    return Message(
        id=event.id,
        subject=event.subject,
        type=event.type,
        sequence=event.sequence,
        body=codec.encode(event),
    )
