"""An ordered queue as SQS has it: who waits for whom, who ends in the DLQ, and who never does."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import time_machine
from time_machine import Traveller

from events import codec
from events.contracts.ordering import OrderCancelled
from events.envelope import Event, Fact
from events.history import History
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.runtime import backoff
from functions.runtime.aws.queue import SqsQueue
from functions.runtime.handlers.consumer import consumer_handler
from functions.runtime.handlers.reactor import Reactor
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.observer import MemoryObserver
from tests.support.builders import NOW, ORDER, order_placed, placed, then

PLACED = placed()
CANCELLED = then(PLACED, OrderCancelled(reason="customer"))
RECEIVES = backoff.receives_to_ride_out()
_numbers = count(1)


class Ordered:
    """A FIFO queue with its DLQ, and a consumer whose reaction to the types in `away` fails."""

    def __init__(self, sqs: Any, clock: Traveller) -> None:
        number = next(_numbers)
        self._sqs = sqs
        self._clock = clock
        self._dead = self._make(f"ordered{number}-dlq.fifo", {})
        arn = sqs.get_queue_attributes(QueueUrl=self._dead, AttributeNames=["QueueArn"])
        redrive = {
            "deadLetterTargetArn": arn["Attributes"]["QueueArn"],
            "maxReceiveCount": RECEIVES,
        }
        attributes = {"RedrivePolicy": json.dumps(redrive)}
        self._url = self._make(f"ordered{number}.fifo", attributes)
        self.log = MemoryLog()
        self.away: set[type[Fact]] = set()
        self.handled: list[str] = []
        self.lines = MemoryObserver()
        consumer = Consumer(
            name="listener",
            on=tuple(
                On(event=kind, react=self._react, history=True)
                for kind in (type(order_placed()), OrderCancelled)
            ),
            ordered=True,
        )
        reactor = Reactor(consumer=consumer, log=self.log, clock=lambda: NOW)
        self._handle = consumer_handler(reactor, SqsQueue(sqs, self._url), self.lines)

    def _make(self, name: str, attributes: dict[str, str]) -> str:
        answer = self._sqs.create_queue(
            QueueName=name, Attributes={"FifoQueue": "true", **attributes}
        )
        return str(answer["QueueUrl"])

    def _react(self, event: Event[Any], _: History) -> None:
        if type(event.data) in self.away:
            raise TimeoutError
        self.handled.append(event.type)

    def send(self, *messages: Event[Any] | str) -> None:
        """Put messages of one order into the queue; events are in the log as well."""
        for message in messages:
            if isinstance(message, Event):
                self.log.append(message)
                message = codec.encode(message).decode()
            self._sqs.send_message(
                QueueUrl=self._url,
                MessageBody=message,
                MessageGroupId=ORDER,
                MessageDeduplicationId=str(next(_numbers)),
            )

    def poll_after(self, seconds: float) -> int:
        """Poll, to no avail as long as one of the order is in flight, and again when it is not."""
        self._clock.shift(1)
        assert self.poll() == 0
        self._clock.shift(seconds)
        return self.poll()

    def poll(self) -> int:
        """Hand one batch to the consumer; return how many messages it had."""
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=10,
            AttributeNames=["All"],
            VisibilityTimeout=180,
        )
        messages = answer.get("Messages", [])
        records = [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "eventSource": "aws:sqs",
            }
            for message in messages
        ]
        if not records:
            return 0
        failures = self._handle({"Records": records}, None)["batchItemFailures"]
        failed = {failure["itemIdentifier"] for failure in failures}
        for message in messages:
            if message["MessageId"] not in failed:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return len(records)

    def dead(self) -> int:
        """Return how many dead letters there are."""
        name = "ApproximateNumberOfMessages"
        found = self._sqs.get_queue_attributes(QueueUrl=self._dead, AttributeNames=[name])
        return int(found["Attributes"][name])


@pytest.fixture
def queue(connection: Callable[[str], Any]) -> Iterator[Ordered]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield Ordered(connection("sqs"), clock)


def test_behind_a_poison_message_its_order_goes_on_at_once_and_the_poison_dies_alone(
    queue: Ordered,
) -> None:
    queue.send("poison", PLACED, CANCELLED)

    queue.poll()
    assert queue.handled == ["OrderPlaced", "OrderCancelled"]

    for _ in range(RECEIVES):
        queue.poll_after(backoff.FIRST_DELAY)
    assert queue.dead() == 1
    assert queue.lines.outcomes.count("undecodable") == RECEIVES


def test_what_comes_after_a_poison_message_was_put_aside_waits_for_its_next_try_only(
    queue: Ordered,
) -> None:
    queue.send("poison")
    queue.poll()
    queue.send(PLACED)

    queue.poll_after(backoff.FIRST_DELAY)
    assert queue.handled == ["OrderPlaced"]


def test_an_outage_of_six_hours_of_one_message_is_ridden_out_by_all_of_its_order_in_order(
    queue: Ordered,
) -> None:
    queue.away = {type(PLACED.data)}
    queue.send(PLACED, CANCELLED)
    queue.poll()
    waited = 0
    for receives in range(1, RECEIVES - 1):
        waited += backoff.delay(receives)
        queue.poll_after(backoff.delay(receives))
    assert queue.handled == []
    assert set(queue.lines.outcomes) == {"retry", "held-back"}

    queue.away = set()
    assert waited + backoff.delay(RECEIVES - 1) >= backoff.OUTAGE
    queue.poll_after(backoff.delay(RECEIVES - 1))

    assert queue.handled == ["OrderPlaced", "OrderCancelled"]
    assert queue.dead() == 0


def test_a_message_that_never_succeeds_takes_none_behind_it_to_the_dlq(queue: Ordered) -> None:
    queue.away = {type(PLACED.data)}
    queue.send(PLACED, CANCELLED)
    queue.poll()
    for receives in range(1, RECEIVES + 1):
        queue.poll_after(backoff.delay(receives))

    assert queue.handled == ["OrderCancelled"]
    assert queue.dead() == 1
