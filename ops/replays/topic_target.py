"""Replay target: the topic and so every subscriber, published by the relay's own rule."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import override

from events.codec import CONTRACTS
from functions import names
from functions.framework.ports import Message, Topic
from functions.map import BUS
from functions.runtime.operating.ports import LogPage
from ops.cli.options import stage_option
from ops.replays.pace import Pace
from ops.replays.target import Chunk, Target, Transport
from ops.stage.connection import Connection
from ops.stage.prices import PUBLISHED


@dataclass(frozen=True)
class TopicTransport(Transport):
    """Transport to the topic: whole orders, as their events are published by `sequence`.

    The log has an order's events together, but sorted by slot, and its pages end anywhere.
    """

    topic: Topic

    @override
    def chunks(self, pages: Iterable[LogPage], most: int) -> Iterator[Chunk]:
        """Yield all selected events of `most` orders at a time; a wave has one event of each."""
        orders: list[list[Message]] = []
        for page in pages:
            for message in page.messages:
                if orders and orders[-1][-1].subject == message.subject:
                    orders[-1].append(message)
                    continue
                if len(orders) == most:
                    yield _chunk(orders)
                    orders = []
                orders.append([message])
            if not orders:
                yield Chunk(cursor=page.cursor)
        if orders:
            yield _chunk(orders)
            yield Chunk(cursor=None)

    @override
    def send(self, messages: Sequence[Message], job: str, pace: Pace) -> Mapping[str, str]:
        """Publish as the relay does; return the reasons of events not accepted, by id.

        After a refused event of an order, its later events are not sent. An event that was
        published within five minutes, by this or by the relay, is deduplicated.
        """
        return BUS.publish(messages, _Paced(self.topic, pace))


@dataclass(frozen=True)
class _Paced(Topic):
    topic: Topic
    pace: Pace

    @override
    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        self.pace.wait(len(messages))
        return self.topic.publish(messages)


def _chunk(orders: Sequence[Sequence[Message]]) -> Chunk:
    messages = tuple(message for order in orders for message in order)
    return Chunk(messages=messages, cursor=messages[-1].id)


class TopicTarget(Target):
    """The topic of a stage."""

    consumer = None
    types = tuple(sorted(CONTRACTS))
    default_types: tuple[str, ...] = ()
    types_text = f"there are {', '.join(types)}"
    request_price = PUBLISHED
    billed = ("SNS", "queues and consumers")

    @override
    def describe(self, stage: str) -> str:
        return names.topic(stage)

    @override
    def warning(self) -> tuple[str, ...]:
        return (
            "Every consumer receives them. One that has handled an event finds its slot",
            "filled; one that has not acts on it now, late: it charges, books and mails.",
        )

    @override
    def requests_for(self, messages: Sequence[Message], most: int) -> int:
        """Return the number of messages, which is the most that SNS may bill."""
        return len(messages)

    @override
    def next_steps(self, stage: str) -> str:
        """Return the command that shows waiting orders, and the cleanup."""
        return (
            "Every consumer handles them now; this shows orders that still wait for an outcome:"
            f" fanfare orders --moving{stage_option(stage)}\n"
            f"Then purge the queue {names.unpublished(stage)}: its positions in the stream are"
            " covered for the range of this job. A message there with a slot is about an item that"
            " is no event of its owner; this job did not send it either: handle it first."
        )

    @override
    def transport(self, connection: Connection) -> TopicTransport:
        return TopicTransport(connection.topic())
