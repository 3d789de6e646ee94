"""A whole deployment under moto, wired from the synthesized templates and stepped by hand."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from events.history import History
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.log import DynamoLog
from functions.runtime.handlers.observer import Observer
from functions.runtime.settings import LOG, table_variable
from tests.support.template import REGION, Templates
from tests.system.wiring import ClientsOf, Source, wire


class World:
    """The stage's tables, topic and queues, with every function in this process.

    Nothing moves by itself: `relay` and `consume` are one poll each, `settle` polls until all is
    quiet. `paused` consumers are not polled.
    """

    def __init__(
        self, templates: Templates, observer: Observer, clients: ClientsOf | None = None
    ) -> None:
        """Take what was synthesized; `clients` gives a function's AWS clients, by its service."""
        client = cache(client_factory())  # one for all functions: to make them takes a third
        self._sqs = client("sqs")
        self._sns = client("sns")
        self._dynamodb = client("dynamodb")
        self._streams = client("dynamodbstreams")
        self._wiring = wire(templates, client, observer, clients or (lambda _: client))
        self._position: dict[str, str] = {}
        self.paused: set[str] = set()
        self._heard: dict[str, list[Any]] = {consumer: [] for consumer in self._wiring.sources}

    # -- what people and sources do ----------------------------------------------------------------

    def invoke(self, service: str, event: Mapping[str, Any]) -> Any:
        """Call a function as Lambda would."""
        return self._wiring.handlers[service](dict(event), None)

    def relay(self) -> int:
        """Hand the next stream records to the relay; return how many it handled."""
        return sum(self._relay_shard(stream, shard) for stream, shard in self._shards())

    def trim(self) -> int:
        """Lose what waits for the relay, as a stream does after a day; return how many records."""
        lost = 0
        for stream, shard in self._shards():
            while records := self._records(stream, shard):
                self._position[shard] = records[-1]["dynamodb"]["SequenceNumber"]
                lost += len(records)
        return lost

    def purge(self, consumer: str) -> None:
        """Lose what waits in a consumer's queue."""
        self._sqs.purge_queue(QueueUrl=self._wiring.sources[consumer].url)

    def consume(self, consumer: str, *, times: int = 1, reverse: bool = False) -> int:
        """Poll a consumer's queue once; return how many messages it took.

        With `times`, the batch is handled that often before it is acknowledged, as at-least-once
        delivery may; with `reverse`, last message first.
        """
        source = self._wiring.sources[consumer]
        messages = self._receive(source)
        if reverse:
            messages.reverse()
        if not messages:
            return 0
        records = [_record(message, source) for message in messages]
        self._heard[consumer] += records
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
        """Let the consumer do what it does by the clock, as the rule in its stack asks for it."""
        self.invoke(consumer, self._wiring.ticks[consumer])

    def redeliver(self) -> None:
        """Hand every message to its consumer once more, the last first, as a late duplicate."""
        for consumer, records in reversed(self._heard.items()):
            for record in reversed(records):
                self.invoke(consumer, {"Records": [record]})

    def settle(self, **delivery: Any) -> None:
        """Poll the relay and all consumers that are not paused, until nothing moves."""
        while self.relay() + sum(
            self.consume(consumer, **delivery) for consumer in sorted(self.active)
        ):
            pass

    @property
    def active(self) -> set[str]:
        """The consumers that are polled."""
        return set(self._wiring.sources) - self.paused

    # -- what can be seen --------------------------------------------------------------------------

    @property
    def log(self) -> str:
        """The log table's name."""
        return str(self._wiring.environments["checkout"][LOG])

    def own_table(self, service: str, name: str) -> str:
        """Return the name of a service's own table, as its function knows it."""
        return str(self._wiring.environments[service][table_variable(name)])

    def history(self, order: str) -> History:
        """Return the order's events."""
        return DynamoLog(self._dynamodb, self.log).read(order)

    def slots(self, order: str) -> dict[str, str]:
        """Return the order's filled slots and the type that each holds."""
        items = self._dynamodb.query(
            TableName=self.log,
            KeyConditionExpression="subject = :order",
            ExpressionAttributeValues={":order": {"S": order}},
        )["Items"]
        return {item["slot"]["S"]: item["type"]["S"] for item in items}

    def data(self, order: str, slot: str) -> Any:
        """Return the data of the fact in a slot."""
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

    def dead(self, consumer: str) -> list[str]:
        """Return the bodies in the consumer's DLQ, which it takes from there."""
        url = self._wiring.sources[consumer].dead_letters
        answer = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]

    def put(self, table: str, item: dict[str, Any]) -> None:
        """Write an item into a table."""
        self._dynamodb.put_item(TableName=table, Item=item)

    def send(self, consumer: str, body: str, group: str = "stranger") -> None:
        """Put a message straight into a consumer's queue, as a stranger or a mistake would."""
        source = self._wiring.sources[consumer]
        fifo = {"MessageGroupId": group, "MessageDeduplicationId": str(hash(body))}
        self._sqs.send_message(
            QueueUrl=source.url, MessageBody=body, **(fifo if source.fifo else {})
        )

    def waiting(self, consumer: str) -> int:
        """Return the number of messages in the consumer's queue, hidden ones included."""
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
        """Return the next records of a shard, as many as the relay takes at once."""
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
    """Return the records that Lambda counts as done: all before the first that failed."""
    for index, record in enumerate(records):
        if record["dynamodb"]["SequenceNumber"] in failed:
            return records[:index]
    return records


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
