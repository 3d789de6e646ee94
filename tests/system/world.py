"""A whole stage under moto, built from the synthesized templates and polled by the test."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from itertools import takewhile
from typing import Any
from uuid import uuid4

from moto.dynamodb.models import dynamodb_backends

from events.history import History
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.log import DynamoLog
from functions.runtime.handlers.observer import Observer
from functions.runtime.main import Clients, build
from functions.runtime.memory.lambda_events import batch, failures, queue_record
from functions.runtime.settings import LOG, SERVICE, table_variable
from tests.support.template import ACCOUNT, REGION, Templates
from tests.system import wiring


class World:
    """A stage's tables, topic and queues, with all functions in this process.

    Nothing is polled by itself: `relay` and `consume` poll once, `settle` polls until nothing is
    left. `paused` consumers are not polled. `clients` returns a function's AWS clients by its
    service.
    """

    def __init__(
        self,
        templates: Templates,
        observer: Observer,
        clients: Callable[[str], Clients] | None = None,
    ) -> None:
        client = cache(client_factory())  # shared by all functions: creating clients takes a third
        self._sqs, self._dynamodb = client("sqs"), client("dynamodb")
        wiring.create(templates, client)
        self.sources, self._stream_batch = wiring.sources_of(templates)
        self._ticks = wiring.ticks_of(templates)
        self.environments = {
            environ[SERVICE]: environ for environ in wiring.environments_of(templates).values()
        }
        self._observer, self._clients = observer, clients or (lambda _: client)
        self.start()
        self._position = 0
        self.paused: set[str] = set()
        self._delivered: dict[str, list[Any]] = {consumer: [] for consumer in self.sources}

    def start(self) -> None:
        """Start all functions, with empty caches."""
        self.handlers = {
            service: build(environ, observer=self._observer, clients=self._clients(service))
            for service, environ in self.environments.items()
        }

    def invoke(self, service: str, event: Mapping[str, Any]) -> Any:
        return self.handlers[service](dict(event), None)

    def relay(self) -> int:
        """Invoke the relay with the next stream records; return how many it handled."""
        records = self._records()
        if not records:
            return 0
        failed = failures(self.invoke("relay", batch(*records)))
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        done = len(list(takewhile(lambda number: number not in failed, numbers)))
        self._position += done
        return done

    def trim(self) -> int:
        """Drop the records that wait for the relay, as after a day; return their number."""
        begin = self._position
        while records := self._records():
            self._position += len(records)
        return self._position - begin

    def purge(self, consumer: str) -> None:
        self._sqs.purge_queue(QueueUrl=self.sources[consumer].url)

    def consume(self, consumer: str, *, times: int = 1, reverse: bool = False) -> int:
        """Poll a consumer's queue once; return the number of messages.

        The batch is handled `times` times before it is acknowledged, as at-least-once delivery
        allows; `reverse` handles the last message first.
        """
        source = self.sources[consumer]
        answer = self._sqs.receive_message(
            QueueUrl=source.url, MaxNumberOfMessages=source.batch, AttributeNames=["All"]
        )
        messages = answer.get("Messages", [])
        if not messages:
            return 0
        records = [_record(message) for message in (reversed(messages) if reverse else messages)]
        self._delivered[consumer] += records
        answers = [self.invoke(consumer, batch(*records)) for _ in range(times)]
        failed = failures(answers[-1])
        for record in records:
            if record["messageId"] not in failed:
                self._sqs.delete_message(QueueUrl=source.url, ReceiptHandle=record["receiptHandle"])
        return len(records)

    def tick(self, consumer: str) -> None:
        """Run the consumer's chore, with the event that the rule in its stack sends."""
        self.invoke(consumer, self._ticks[consumer])

    def redeliver(self) -> None:
        """Deliver every message again as a late duplicate, the last one first."""
        for consumer, records in reversed(self._delivered.items()):
            for record in reversed(records):
                self.invoke(consumer, batch(record))

    def settle(self, **delivery: Any) -> None:
        """Poll the relay and all consumers that are not paused, until nothing is left."""
        while self.relay() + sum(
            self.consume(consumer, **delivery) for consumer in sorted(self.active)
        ):
            pass

    @property
    def active(self) -> set[str]:
        return set(self.sources) - self.paused

    @property
    def log(self) -> str:
        return str(self.environments["checkout"][LOG])

    def own_table(self, service: str, name: str) -> str:
        """Return the name of a service's own table, from its function's environment."""
        return str(self.environments[service][table_variable(name)])

    def history(self, order: str) -> History:
        return DynamoLog(self._dynamodb, self.log).read(order)

    def slots(self, order: str) -> dict[str, str]:
        """Return the order's filled slots with the type of each event."""
        return {event.slot: event.type for event in self.history(order)}

    def data(self, order: str, slot: str) -> Any:
        """Return the stored data of the event in a slot."""
        items = {(item["subject"], item["slot"]): item for item in self.table(self.log)}
        return json.loads(items[order, slot]["data"])

    def table(self, name: str) -> list[dict[str, Any]]:
        """Return all items of a table, as plain values."""
        items = self._dynamodb.scan(TableName=name)["Items"]
        return [
            {key: int(value["N"]) if "N" in value else value["S"] for key, value in item.items()}
            for item in items
        ]

    def take_dead_letters(self, consumer: str) -> list[str]:
        """Receive the messages in the consumer's DLQ and return their bodies."""
        url = self.sources[consumer].dead_letters
        answer = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]

    def put(self, table: str, item: dict[str, Any]) -> None:
        self._dynamodb.put_item(TableName=table, Item=item)

    def send(self, consumer: str, body: str, group: str = "stranger") -> None:
        """Send a message directly to a consumer's queue, past the topic and deduplication."""
        source = self.sources[consumer]
        fifo = {"MessageGroupId": group, "MessageDeduplicationId": str(uuid4())}
        self._sqs.send_message(
            QueueUrl=source.url, MessageBody=body, **(fifo if source.fifo else {})
        )

    def waiting(self, consumer: str) -> int:
        """Return the number of messages in the consumer's queue, including those in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self._sqs.get_queue_attributes(
            QueueUrl=self.sources[consumer].url, AttributeNames=names
        )["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def _records(self) -> list[Any]:
        """Return the next records; read from moto, since to read them by calls takes long."""
        shard = dynamodb_backends[ACCOUNT][REGION].tables[self.log].stream_shard
        assert shard is not None
        first = shard.starting_sequence_number + self._position
        return list(shard.get(first, self._stream_batch))


def _record(message: Mapping[str, Any]) -> dict[str, Any]:
    attributes = message["Attributes"]
    return queue_record(
        message["Body"],
        message=message["MessageId"],
        receipt=message["ReceiptHandle"],
        receives=int(attributes["ApproximateReceiveCount"]),
        group=attributes.get("MessageGroupId"),
    )
