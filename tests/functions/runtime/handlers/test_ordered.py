"""An ordered queue on SQS: messages held back behind others, retries and the DLQ."""

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
from functions.runtime.main import Dependencies, compose
from functions.runtime.memory.lambda_events import batch, failures, queue_record
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.observer import MemoryObserver
from testkit.builders import NOW, ORDER, order_placed, placed, resources, then

PLACED = placed()
CANCELLED = then(PLACED, OrderCancelled(reason="customer"))
RECEIVES = backoff.receives_to_ride_out()
_numbers = count(1)


class Ordered:
    """A FIFO queue with its DLQ, and a consumer whose reaction fails for the types in `failing`."""

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
        self.failing: set[type[Fact]] = set()
        self.handled: list[str] = []
        self.observer = MemoryObserver()
        consumer = Consumer(
            name="listener",
            on=tuple(
                On(event=kind, react=self._react, history=True)
                for kind in (type(order_placed()), OrderCancelled)
            ),
            ordered=True,
        )
        given = Dependencies(
            observer=self.observer,
            clock=lambda: NOW,
            log=self.log,
            resources=resources(),
            queue=SqsQueue(sqs, self._url),
        )
        self._handle = compose(consumer, given)

    def _make(self, name: str, attributes: dict[str, str]) -> str:
        answer = self._sqs.create_queue(
            QueueName=name, Attributes={"FifoQueue": "true", **attributes}
        )
        return str(answer["QueueUrl"])

    def _react(self, event: Event[Any], _: History) -> None:
        if type(event.data) in self.failing:
            raise TimeoutError
        self.handled.append(event.type)

    def send(self, *messages: Event[Any] | str) -> None:
        """Send messages of one order to the queue; events are also appended to the log."""
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
        """Poll at once, while a message of the order is in flight, and again after some seconds."""
        self._clock.shift(1)
        assert self.poll() == 0
        self._clock.shift(seconds)
        return self.poll()

    def poll(self) -> int:
        """Deliver one batch to the consumer; return its number of messages."""
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=10,
            AttributeNames=["All"],
            VisibilityTimeout=180,
        )
        messages = answer.get("Messages", [])
        records = [
            queue_record(
                message["Body"],
                message=message["MessageId"],
                receipt=message["ReceiptHandle"],
                receives=int(message["Attributes"]["ApproximateReceiveCount"]),
                group=message["Attributes"]["MessageGroupId"],
            )
            for message in messages
        ]
        if not records:
            return 0
        failed = failures(self._handle(batch(*records), None))
        for message in messages:
            if message["MessageId"] not in failed:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return len(records)

    def dead(self) -> int:
        """Return the number of messages in the DLQ."""
        name = "ApproximateNumberOfMessages"
        found = self._sqs.get_queue_attributes(QueueUrl=self._dead, AttributeNames=[name])
        return int(found["Attributes"][name])


@pytest.fixture
def queue(connection: Callable[[str], Any]) -> Iterator[Ordered]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield Ordered(connection("sqs"), clock)


def test_behind_a_poison_message_its_order_continues_and_only_the_poison_goes_to_the_dlq(
    queue: Ordered,
) -> None:
    queue.send("poison", PLACED, CANCELLED)

    queue.poll()
    assert queue.handled == ["OrderPlaced", "OrderCancelled"]

    for _ in range(RECEIVES):
        queue.poll_after(backoff.FIRST_DELAY)
    assert queue.dead() == 1
    assert queue.observer.outcomes.count("undecodable") == RECEIVES


def test_a_message_sent_after_a_poison_message_waits_only_for_its_next_receive(
    queue: Ordered,
) -> None:
    queue.send("poison")
    queue.poll()
    queue.send(PLACED)

    queue.poll_after(backoff.FIRST_DELAY)
    assert queue.handled == ["OrderPlaced"]


def test_after_an_outage_of_six_hours_an_order_is_handled_in_sequence(
    queue: Ordered,
) -> None:
    queue.failing = {type(PLACED.data)}
    queue.send(PLACED, CANCELLED)
    queue.poll()
    waited = 0
    for receives in range(1, RECEIVES - 1):
        waited += backoff.delay(receives)
        queue.poll_after(backoff.delay(receives))
    assert queue.handled == []
    assert set(queue.observer.outcomes) == {"retry", "held-back"}

    queue.failing = set()
    assert waited + backoff.delay(RECEIVES - 1) >= backoff.OUTAGE
    queue.poll_after(backoff.delay(RECEIVES - 1))

    assert queue.handled == ["OrderPlaced", "OrderCancelled"]
    assert queue.dead() == 0


def test_behind_a_message_that_goes_to_the_dlq_its_order_continues(queue: Ordered) -> None:
    queue.failing = {type(PLACED.data)}
    queue.send(PLACED, CANCELLED)
    queue.poll()
    for receives in range(1, RECEIVES + 1):
        queue.poll_after(backoff.delay(receives))

    assert queue.handled == ["OrderCancelled"]
    assert queue.dead() == 1
