"""Polling under moto: handlers in this process, fed from queues and from the log's stream."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from random import Random
from typing import Any
from uuid import uuid4

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from functions.framework.service import Relay
from functions.runtime.main import Clients, Handler
from functions.runtime.memory.lambda_events import batch, failures, queue_record


@dataclass(frozen=True)
class Source:
    """A consumer's queue, its DLQ, and the batch size of its event source."""

    url: str
    dead_letters: str
    fifo: bool
    batch: int


class Polling:
    """Handlers by service, and the sources of consumers.

    Nothing is polled by itself: `relay` and `consume` poll once. `paused` consumers are not polled.
    `log` is the name of the log's table, whose stream has the records of `relay`.
    """

    def __init__(self, client: Clients, *, log: str, relay: Relay, region: str) -> None:
        self.handlers: dict[str, Handler] = {}
        self.sources: dict[str, Source] = {}
        self.paused: set[str] = set()
        self.received: defaultdict[str, list[Any]] = defaultdict(list)
        """The records that each consumer received."""

        self.log = log
        self._sqs, self._dynamodb = client("sqs"), client("dynamodb")
        self._relay = relay
        self._region = region
        self._position = 0

    @property
    def active(self) -> set[str]:
        """The consumers that are polled."""
        return set(self.sources) - self.paused

    def invoke(self, service: str, event: Mapping[str, Any]) -> Any:
        """Call a service's handler and return its answer."""
        return self.handlers[service](dict(event), None)

    def relay(self) -> int:
        """Invoke the relay with the next stream records; return how many it handled."""
        records = self._records()
        if not records:
            return 0
        failed = failures(self.invoke(self._relay.name, batch(*records)))
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        done = len(list(takewhile(lambda number: number not in failed, numbers)))
        self._position += done
        return done

    def consume(
        self, consumer: str, *, times: int = 1, reverse: bool = False, random: Random | None = None
    ) -> int:
        """Poll a consumer's queue once; return the number of messages.

        The batch is handled `times` times before it is acknowledged, as at-least-once delivery
        allows; `reverse` handles the last message first, `random` shuffles those of a standard
        queue.
        """
        source = self.sources[consumer]
        answer = self._sqs.receive_message(
            QueueUrl=source.url, MaxNumberOfMessages=source.batch, AttributeNames=["All"]
        )
        records = [_record(message) for message in answer.get("Messages", ())]
        if not records:
            return 0
        if reverse:
            records.reverse()
        if random and not source.fifo:
            random.shuffle(records)
        self.received[consumer] += records
        answers = [self.invoke(consumer, batch(*records)) for _ in range(times)]
        failed = failures(answers[-1])
        for record in records:
            if record["messageId"] in failed:
                self.failed(source, record["receiptHandle"])
            else:
                self._sqs.delete_message(QueueUrl=source.url, ReceiptHandle=record["receiptHandle"])
        return len(records)

    def failed(self, source: Source, receipt: str) -> None:
        """Leave a failed message as its consumer hid it; a subclass may change that."""

    def send(self, consumer: str, body: str, group: str = "stranger") -> None:
        """Send a message directly to a consumer's queue, past the topic and deduplication."""
        source = self.sources[consumer]
        fifo = {"MessageGroupId": group, "MessageDeduplicationId": str(uuid4())}
        self._sqs.send_message(
            QueueUrl=source.url, MessageBody=body, **(fifo if source.fifo else {})
        )

    def dead_letters(self, consumer: str) -> list[str]:
        """Return the bodies of at most ten messages in the consumer's DLQ."""
        url = self.sources[consumer].dead_letters
        answer = self._sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [message["Body"] for message in answer.get("Messages", [])]

    def _records(self) -> list[Any]:
        """Return the next records; read from moto, since to read them by calls takes long."""
        tables = dynamodb_backends[DEFAULT_ACCOUNT_ID][self._region].tables
        shard = tables[self.log].stream_shard
        assert shard is not None
        first = shard.starting_sequence_number + self._position
        return list(shard.get(first, self._relay.batch))


def _record(message: Mapping[str, Any]) -> dict[str, Any]:
    attributes = message["Attributes"]
    return queue_record(
        message["Body"],
        message=message["MessageId"],
        receipt=message["ReceiptHandle"],
        receives=int(attributes["ApproximateReceiveCount"]),
        group=attributes.get("MessageGroupId"),
    )
