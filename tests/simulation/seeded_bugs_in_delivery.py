"""Bugs seeded between the log and the consumers, and into operation."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.batch import process_partial_response

from functions.framework.batching import pack
from functions.framework.ports import Message, Topic
from functions.relay.waves import publish
from functions.runtime import backoff
from simulation.actors.operators import Operators
from simulation.campaign import ROWS, Rows
from simulation.clock import HOUR
from simulation.invocation import Invocation
from simulation.lambdas import Lambdas
from simulation.message import Message as Queued
from simulation.message import Receipt
from simulation.queue import Queue
from tests.simulation.seeding import SEEDED_BUGS, Patch, patched

__all__ = ["SEEDED_BUGS"]


@SEEDED_BUGS.in_place_of("simulation.lambdas.Lambdas.handle")
def it_acknowledges_before_the_put(
    self: Lambdas, queue: Queue, batch: Sequence[Receipt], _: Invocation
) -> None:
    self.acknowledge(queue, batch)
    self._works[queue.consumer.name](batch)


@SEEDED_BUGS.in_place_of("functions.runtime.handlers.consumer.process_partial_response")
def only_the_first_failure_of_a_batch_is_returned(*arguments: Any) -> Any:
    answer = process_partial_response(*arguments)
    return {"batchItemFailures": answer["batchItemFailures"][:1]}


@SEEDED_BUGS.seed
def the_retry_delay_does_not_grow(patch: Patch) -> Rows:
    tries = backoff.receives_to_ride_out()
    patch.setattr(backoff, "receives_to_ride_out", lambda: tries)
    patch.setattr(backoff, "delay", lambda _: backoff.FIRST_DELAY)
    return ROWS


@SEEDED_BUGS.in_place_of("simulation.queue.Queue._dead_letter")
def the_dead_letter_queue_is_dropped(self: Queue, message: Queued) -> None:
    self._held[message.event.id] -= 1
    self._remove(message)


@SEEDED_BUGS.in_place_of("simulation.actors.operators.Operators._deploy")
def the_past_is_replayed_before_the_subscription(self: Operators, queue: Queue) -> None:
    queue.deployed = True
    if queue.consumer.replayable:
        self._replay_all(queue)
    queue.deployed = False
    self._scheduler.at(self._scheduler.now + HOUR, partial(setattr, queue, "deployed", True))


SEEDED_BUGS["expired_messages_are_not_replayed"] = patched(
    "simulation.actors.operators.Operators.replay_expired", lambda *_: None
)


@SEEDED_BUGS.publishing
def the_relay_ignores_refused_entries(
    messages: Sequence[Message], topic: Topic
) -> Mapping[str, str]:
    publish(messages, topic)
    return {}


@SEEDED_BUGS.publishing
def later_events_overtake_a_refused_one(
    messages: Sequence[Message], topic: Topic
) -> Mapping[str, str]:
    unsent: dict[str, str] = {}
    for message in sorted(messages, key=lambda each: (each.sequence, each.id)):
        unsent |= publish([message], topic)
    return unsent


@SEEDED_BUGS.publishing
def the_stream_is_read_in_parallel(messages: Sequence[Message], topic: Topic) -> Mapping[str, str]:
    """With a parallelisation factor of two, Lambda keeps the order of an item only."""
    unsent: dict[str, str] = {}
    for part in (messages[1::2], messages[::2]):
        for batch in pack(part):
            refusals = zip(batch, topic.publish(batch), strict=True)
            unsent |= {message.id: refusal for message, refusal in refusals if refusal}
    return unsent
