"""Bugs seeded between the log and the consumers, and into operation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.batch import process_partial_response

from functions.framework.batching import pack
from functions.framework.ports import Message, Topic
from functions.map import BUS, CONSUMERS
from functions.relay.waves import publish
from functions.runtime import backoff
from functions.runtime.handlers import consumer
from simulation.actors.operators import Operators
from simulation.campaign import ROWS, Rows
from simulation.clock import HOUR
from simulation.invocation import Invocation
from simulation.lambdas import Lambdas
from simulation.message import Message as Queued
from simulation.message import Receipt
from simulation.queue import Queue
from tests.simulation.seeding import SEEDED_BUGS, Patch, seeded_bug

__all__ = ["SEEDED_BUGS"]


@seeded_bug
def it_acknowledges_before_the_put(patch: Patch) -> Rows:
    def handle(self: Lambdas, queue: Queue, batch: Sequence[Receipt], _: Invocation) -> None:
        self.acknowledge(queue, batch)
        self._works[queue.consumer.name](batch)

    patch.setattr(Lambdas, "handle", handle)
    return ROWS


@seeded_bug
def only_the_first_failure_of_a_batch_is_returned(patch: Patch) -> Rows:
    def first(*arguments: Any, **named: Any) -> Any:
        answer = process_partial_response(*arguments, **named)
        return {"batchItemFailures": answer["batchItemFailures"][:1]}

    patch.setattr(consumer, "process_partial_response", first)
    return ROWS


@seeded_bug
def the_retry_delay_does_not_grow(patch: Patch) -> Rows:
    tries = backoff.receives_to_ride_out()
    patch.setattr(backoff, "receives_to_ride_out", lambda: tries)
    patch.setattr(backoff, "delay", lambda _: backoff.FIRST_DELAY)
    return ROWS


@seeded_bug
def the_dead_letter_queue_is_dropped(patch: Patch) -> Rows:
    def drop(self: Queue, message: Queued) -> None:
        self._held[message.event.id] -= 1
        self._remove(message)

    patch.setattr(Queue, "_dead_letter", drop)
    return ROWS


@seeded_bug
def the_past_is_replayed_before_the_subscription(patch: Patch) -> Rows:
    def deploy(self: Operators, queue: Queue) -> None:
        queue.deployed = True
        if queue.consumer.replayable:
            self._replay_all(queue)
        queue.deployed = False
        self._scheduler.at(self._scheduler.now + HOUR, partial(setattr, queue, "deployed", True))

    patch.setattr(Operators, "_deploy", deploy)
    return ROWS


@seeded_bug
def expired_messages_are_not_replayed(patch: Patch) -> Rows:
    patch.setattr(Operators, "replay_expired", lambda *_: None)
    return ROWS


@seeded_bug
def the_relay_ignores_refused_entries(_: Patch) -> Rows:
    def ignoring(messages: Sequence[Message], topic: Topic) -> Mapping[str, str]:
        publish(messages, topic)
        return {}

    return CONSUMERS, replace(BUS, publish=ignoring)


@seeded_bug
def later_events_overtake_a_refused_one(_: Patch) -> Rows:
    def by_reactor(messages: Sequence[Message], topic: Topic) -> Mapping[str, str]:
        unsent: dict[str, str] = {}
        for message in sorted(messages, key=lambda each: (each.sequence, each.id)):
            unsent |= publish([message], topic)
        return unsent

    return CONSUMERS, replace(BUS, publish=by_reactor)


@seeded_bug
def the_stream_is_read_in_parallel(_: Patch) -> Rows:
    """With a parallelisation factor of two, Lambda keeps the order of an item only."""

    def in_parts(messages: Sequence[Message], topic: Topic) -> Mapping[str, str]:
        unsent: dict[str, str] = {}
        for part in (messages[1::2], messages[::2]):
            for batch in pack(part):
                refusals = zip(batch, topic.publish(batch), strict=True)
                unsent |= {message.id: refusal for message, refusal in refusals if refusal}
        return unsent

    return CONSUMERS, replace(BUS, publish=in_parts)
