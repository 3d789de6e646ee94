"""A whole stage under moto, built from the synthesized templates and polled by the test."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import takewhile
from typing import Any

from events.history import History
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.log import DynamoLog
from functions.runtime.handlers.observer import Observer
from functions.runtime.settings import LOG, table_variable
from tests.support.template import REGION, Templates
from tests.system.wiring import ClientsOf, Source, wire


class World:
    """A stage's tables, topic and queues, with all functions in this process.

    Nothing is polled by itself: `relay` and `consume` poll once, `settle` polls until nothing is
    left. `paused` consumers are not polled. `clients` returns a function's AWS clients by its
    service.
    """

    def __init__(
        self, templates: Templates, observer: Observer, clients: ClientsOf | None = None
    ) -> None:
        client = cache(client_factory())  # shared by all functions: creating clients takes a third
        self._sqs = client("sqs")
        self._sns = client("sns")
        self._dynamodb = client("dynamodb")
        self._streams = client("dynamodbstreams")
        self._wiring = wire(templates, client, observer, clients or (lambda _: client))
        self._position: dict[str, str] = {}
        self.paused: set[str] = set()
        self._delivered: dict[str, list[Any]] = {consumer: [] for consumer in self._wiring.sources}

    # -- event sources and operators ---------------------------------------------------------------

    def invoke(self, service: str, event: Mapping[str, Any]) -> Any:
        """Invoke a function like Lambda."""
        return self._wiring.handlers[service](dict(event), None)

    def relay(self) -> int:
        """Invoke the relay with the next stream records; return how many it handled."""
        return sum(self._relay_shard(stream, shard) for stream, shard in self._shards())

    def trim(self) -> int:
        """Drop the records that wait for the relay, as after a day; return their number."""
        lost = 0
        for stream, shard in self._shards():
            while records := self._records(stream, shard):
                self._position[shard] = records[-1]["dynamodb"]["SequenceNumber"]
                lost += len(records)
        return lost

    def purge(self, consumer: str) -> None:
        """Drop all messages in a consumer's queue."""
        self._sqs.purge_queue(QueueUrl=self._wiring.sources[consumer].url)

    def consume(self, consumer: str, *, times: int = 1, reverse: bool = False) -> int:
        """Poll a consumer's queue once; return the number of messages.

        The batch is handled `times` times before it is acknowledged, as at-least-once delivery
        allows; `reverse` handles the last message first.
        """
        source = self._wiring.sources[consumer]
        messages = self._receive(source)
        if reverse:
            messages.reverse()
        if not messages:
            return 0
        records = [_record(message, source) for message in messages]
        self._delivered[consumer] += records
        event = {"Records": records}
        answers = [self.invoke(consumer, event) for _ in range(times)]
        failed = {item["itemIdentifier"] for item in answers[-1]["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in failed:
                self._sqs.delete_message(
                    QueueUrl=source.url, ReceiptHandle=message["ReceiptHandle"]
                )
        return len(messages)

    def tick(self, consumer: str) -> None:
        """Run the consumer's chore, with the event that the rule in its stack sends."""
        self.invoke(consumer, self._wiring.ticks[consumer])

    def redeliver(self) -> None:
        """Deliver every message again as a late duplicate, the last one first."""
        for consumer, records in reversed(self._delivered.items()):
            for record in reversed(records):
                self.invoke(consumer, {"Records": [record]})

    def settle(self, **delivery: Any) -> None:
        """Poll the relay and all consumers that are not paused, until nothing is left."""
        while self.relay() + sum(
            self.consume(consumer, **delivery) for consumer in sorted(self.active)
        ):
            pass

    @property
    def active(self) -> set[str]:
        """The consumers that are not paused."""
        return set(self._wiring.sources) - self.paused

    # -- state ------------------------------------------------------------------------------------

    @property
    def log(self) -> str:
        """The log table's name."""
        return str(self._wiring.environments["checkout"][LOG])

    def own_table(self, service: str, name: str) -> str:
        """Return the name of a service's own table, from its function's environment."""
        return str(self._wiring.environments[service][table_variable(name)])

    def history(self, order: str) -> History:
        """Return the order's events."""
        return DynamoLog(self._dynamodb, self.log).read(order)

    def slots(self, order: str) -> dict[str, str]:
        """Return the order's filled slots with the type of each event."""
        return {event.slot: event.type for event in self.history(order)}

    def data(self, order: str, slot: str) -> Any:
        """Return the stored data of the event in a slot."""
        item = self._dynamodb.get_item(
            TableName=self.log, Key={"subject": {"S": order}, "slot": {"S": slot}}
        )["Item"]
        return json.loads(item["data"]["S"])

    def table(self, name: str) -> list[dict[str, Any]]:
        """Return all items of a table, as plain values."""
        items = self._dynamodb.scan(TableName=name)["Items"]
        return [
            {key: int(value["N"]) if "N" in value else value["S"] for key, value in item.items()}
            for item in items
        ]

    def take_dead_letters(self, consumer: str) -> list[str]:
        """Receive the messages in the consumer's DLQ and return their bodies."""
        url = self._wiring.sources[consumer].dead_letters
        answer = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]

    def put(self, table: str, item: dict[str, Any]) -> None:
        """Write an item into a table."""
        self._dynamodb.put_item(TableName=table, Item=item)

    def send(self, consumer: str, body: str, group: str = "stranger") -> None:
        """Send a message directly to a consumer's queue, past the topic."""
        source = self._wiring.sources[consumer]
        fifo = {"MessageGroupId": group, "MessageDeduplicationId": str(hash(body))}
        self._sqs.send_message(
            QueueUrl=source.url, MessageBody=body, **(fifo if source.fifo else {})
        )

    def waiting(self, consumer: str) -> int:
        """Return the number of messages in the consumer's queue, including those in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self._sqs.get_queue_attributes(
            QueueUrl=self._wiring.sources[consumer].url, AttributeNames=names
        )["Attributes"]
        return sum(int(attributes[name]) for name in names)

    # -- polling -----------------------------------------------------------------------------------

    def _receive(self, source: Source) -> list[Any]:
        answer = self._sqs.receive_message(
            QueueUrl=source.url,
            MaxNumberOfMessages=source.batch,
            WaitTimeSeconds=0,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return list(answer.get("Messages", []))

    def _shards(self) -> list[tuple[str, str]]:
        stream = self._dynamodb.describe_table(TableName=self.log)["Table"]["LatestStreamArn"]
        shards = self._streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
        return [(stream, shard["ShardId"]) for shard in shards]

    def _records(self, stream: str, shard: str) -> list[Any]:
        """Return the next records of a shard, at most the relay's batch."""
        position = self._position.get(shard)
        kind: dict[str, Any] = (
            {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": position}
            if position
            else {"ShardIteratorType": "TRIM_HORIZON"}
        )
        iterator = self._streams.get_shard_iterator(StreamArn=stream, ShardId=shard, **kind)
        answer = self._streams.get_records(
            ShardIterator=iterator["ShardIterator"], Limit=self._wiring.stream_batch
        )
        return list(answer["Records"])

    def _relay_shard(self, stream: str, shard: str) -> int:
        records = self._records(stream, shard)
        if not records:
            return 0
        answer = self.invoke("relay", {"Records": records})
        failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
        done = _before_first_failure(records, failed)
        if done:
            self._position[shard] = done[-1]["dynamodb"]["SequenceNumber"]
        return len(done)


def _before_first_failure(records: list[Any], failed: Iterable[str]) -> list[Any]:
    """Return the records that Lambda counts as done: all before the first failed one."""
    return list(takewhile(lambda each: each["dynamodb"]["SequenceNumber"] not in failed, records))


def _record(message: Mapping[str, Any], source: Source) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": source.arn,
        "awsRegion": REGION,
    }
