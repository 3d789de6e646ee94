"""AsyncAPI 3.0 document of the services' events, from the contracts and the map.

https://www.asyncapi.com/docs/reference/specification/v3.0.0, with the bindings of SNS 0.1.0 and
SQS 0.2.0.
"""

import json
from typing import Any

from events import codec
from events.envelope import Envelope, Fact
from functions import map as the_map
from functions import names
from functions.framework.service import Consumer, Service
from functions.runtime.backoff import visibility
from ops.contracts.components import VERSION, components, prose
from ops.contracts.gate import SAMPLES
from ops.contracts.schema import ENVELOPE, Schema, published

STAGE = "{stage}"
TOPIC = names.topic(STAGE)
EVENTS = "events"
_SNS = {"bindingVersion": "0.1.0"}
_SQS = {"bindingVersion": "0.2.0"}


def asyncapi() -> dict[str, Any]:
    """Return the document."""
    versions = {key: each for key, each in published().items() if key[0] != ENVELOPE}
    (envelope, *schemas), shared = components([Envelope, *versions.values()])
    del envelope
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Fanfare's events",
            "version": VERSION,
            "description": "Facts about orders. Services write them into the log, the relay"
            " publishes them to one topic, and each consumer receives the types it subscribes to"
            " on its own queue. Delivery is at least once and may be out of order: an event's `id`"
            " identifies a duplicate, and (`sequence`, `id`) sorts the events of an order.",
        },
        "defaultContentType": "application/json",
        "channels": {EVENTS: _topic(versions)} | {c.name: _queue(c) for c in the_map.CONSUMERS},
        "operations": _operations(),
        "components": {
            "messages": {
                _label(*key): _message(*key, contract, schema)
                for (key, contract), schema in zip(versions.items(), schemas, strict=True)
            },
            "schemas": shared,
        },
    }


# -- channels --------------------------------------------------------------------------------------


def _topic(versions: dict[tuple[str, int], type[Any]]) -> dict[str, Any]:
    return {
        "address": TOPIC,
        "title": "The topic",
        "description": "All events, each published by the relay as it was written into the log."
        " The message group is the order's id, the deduplication id the event's id.",
        "parameters": _PARAMETERS,
        "messages": {
            _label(*key): {"$ref": f"#/components/messages/{_label(*key)}"} for key in versions
        },
        "bindings": {
            "sns": {
                "name": TOPIC,
                "ordering": {"type": "FIFO", "contentBasedDeduplication": False},
                **_SNS,
            }
        },
    }


def _queue(consumer: Consumer) -> dict[str, Any]:
    return {
        "address": _queue_name(consumer),
        "title": f"The queue of {consumer.name}",
        "parameters": _PARAMETERS,
        "messages": {
            label: {"$ref": f"#/components/messages/{label}"}
            for label in _labels(*consumer.subscribed_types)
        },
        "bindings": {
            "sqs": {
                "queue": {
                    "name": _queue_name(consumer),
                    "fifoQueue": consumer.ordered,
                    "visibilityTimeout": visibility(consumer.timeout),
                },
                "deadLetterQueue": {
                    "name": _queue_name(consumer, "-dlq"),
                    "fifoQueue": consumer.ordered,
                },
                **_SQS,
            }
        },
    }


_PARAMETERS = {"stage": {"description": "The stage, such as dev or prod."}}


def _queue_name(consumer: Consumer, suffix: str = "") -> str:
    return names.queue(STAGE, consumer.name, ordered=consumer.ordered, suffix=suffix)


# -- operations ------------------------------------------------------------------------------------


def _operations() -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for service in the_map.SERVICES:
        if isinstance(service, Consumer):
            operations[f"{service.name}.hears"] = _receive(service)
        stated = _stated_by(service)
        if stated:
            operations[f"{service.name}.states"] = _send(service, stated)
    return operations


def _receive(consumer: Consumer) -> dict[str, Any]:
    queue = _queue_name(consumer)
    subscription = {
        "protocol": "sqs",
        "endpoint": {"name": queue},
        "filterPolicy": {"type": list(consumer.subscribed_types)},
        "filterPolicyScope": "MessageAttributes",
        "rawMessageDelivery": True,
        "redrivePolicy": {"deadLetterQueue": {"name": names.undelivered(STAGE)}},
    }
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{consumer.name}"},
        "title": f"{consumer.name} subscribes",
        "description": "\n".join(_reactions(consumer)),
        "messages": _messages(consumer.name, _labels(*consumer.subscribed_types)),
        "bindings": {
            "sns": {"topic": {"name": TOPIC}, "consumers": [subscription], **_SNS},
            "sqs": {"queues": [{"name": queue, "fifoQueue": consumer.ordered}], **_SQS},
        },
    }


def _reactions(consumer: Consumer) -> list[str]:
    """Return a line for each subscribed type, and one for the scheduled job."""
    lines = []
    for on in sorted(consumer.on, key=lambda on: on.event.__name__):
        ends = " or ".join(fact.__name__ for fact in on.states) or "nothing"
        lines.append(f"- {on.event.__name__}: states {ends}")
    if consumer.chore:
        ends = " or ".join(fact.__name__ for fact in consumer.chore.states) or "nothing"
        lines.append(f"- every {consumer.chore.every} minutes: states {ends}")
    return lines


def _send(service: Service, stated: list[type[Fact]]) -> dict[str, Any]:
    labels = [_label(fact.__name__, fact.version) for fact in stated]
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{EVENTS}"},
        "title": f"{service.name} states",
        "description": "Writes them into the log, each into a free slot.",
        "messages": _messages(EVENTS, labels),
    }


def _stated_by(service: Service) -> list[type[Fact]]:
    return [fact for fact in codec.CONTRACTS.values() if service.name in fact.sources]


def _messages(channel: str, labels: list[str]) -> list[dict[str, str]]:
    return [{"$ref": f"#/channels/{channel}/messages/{label}"} for label in labels]


# -- messages --------------------------------------------------------------------------------------


def _message(name: str, version: int, contract: type[Fact], data: Schema) -> dict[str, Any]:
    summary, description = prose(contract)
    message: dict[str, Any] = {
        "name": name,
        "title": f"{name} {version}",
        "summary": summary,
        "description": f"{description}\n\nSlots: {', '.join(contract.slots)}.",
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "description": "The message attribute that subscriptions filter on.",
            "properties": {"type": {"const": name}},
            "required": ["type"],
        },
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": {
            "allOf": [{"$ref": f"#/components/schemas/{ENVELOPE}"}],
            "type": "object",
            "properties": {
                "type": {"const": name},
                "dataversion": {"const": version},
                "source": {"enum": sorted(contract.sources)},
                "data": data,
            },
            "required": ["data"],
        },
    }
    sample = SAMPLES / f"{name}.{version}.json"
    if sample.exists():
        message["examples"] = [{"name": sample.stem, "payload": json.loads(sample.read_bytes())}]
    if version < codec.CONTRACTS[name].version:
        message["deprecated"] = True
    return message


def _labels(*kinds: str) -> list[str]:
    """Return the messages of some types in all versions, as the log keeps old events."""
    return [_label(*key) for key in published() if key[0] in kinds]


def _label(name: str, version: int) -> str:
    return f"{name}.{version}"
