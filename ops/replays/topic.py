"""The topic, as what is published again goes there: by the relay's own rule, to all who hear it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from events.codec import CONTRACTS
from functions import names
from functions.framework.ports import Message, Topic
from functions.map import BUS
from functions.runtime.operating.ports import LogPage
from ops.cli.options import stage_option
from ops.replays.pace import Pace
from ops.replays.target import Load
from ops.stage.connection import Connection
from ops.stage.prices import PUBLISHED


@dataclass(frozen=True)
class ToTopic:
    """The way to the topic: whole orders, since their events leave by `sequence`.

    The log has an order's events together, but sorted by slot, and its pages end anywhere.
    """

    topic: Topic

    def loads(self, pages: Iterable[LogPage], most: int) -> Iterator[Load]:
        """Yield all that is meant of `most` orders at a time; a wave has one event of each."""
        orders: list[list[Message]] = []
        for page in pages:
            for message in page.messages:
                if orders and orders[-1][-1].subject == message.subject:
                    orders[-1].append(message)
                    continue
                if len(orders) == most:
                    yield _load(orders)
                    orders = []
                orders.append([message])
            if not orders:
                yield Load(cursor=page.cursor)
        if orders:
            yield _load(orders)
            yield Load(cursor=None)

    def offer(self, messages: Sequence[Message], job: str, pace: Pace) -> Mapping[str, str]:
        """Publish as the relay does; return the ids of what the topic did not take, with why.

        Of an order of which one was refused, all that follow were not offered. What was taken
        within five minutes, by this or by the relay, is taken and not delivered again: it was then.
        """
        return BUS.publish(messages, _Paced(self.topic, pace))


@dataclass(frozen=True)
class _Paced:
    topic: Topic
    pace: Pace

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        self.pace.wait(len(messages))
        return self.topic.publish(messages)


def _load(orders: Sequence[Sequence[Message]]) -> Load:
    messages = tuple(message for order in orders for message in order)
    return Load(messages=messages, cursor=messages[-1].id)


class TheTopic:
    """The topic, as a target."""

    consumer = None
    types = tuple(sorted(CONTRACTS))
    unless_told: tuple[str, ...] = ()
    takes = f"there are {', '.join(types)}"
    request = PUBLISHED
    billed = ("SNS", "queues and consumers do")

    def place(self, stage: str) -> str:
        """Return the topic's name."""
        return names.topic(stage)

    def warning(self) -> tuple[str, ...]:
        """Return what hearing them again means."""
        return (
            "Every consumer hears them: who has handled one finds its slot filled, and who",
            "has not acts now, late: it charges, books and mails.",
        )

    def requests_for(self, messages: Sequence[Message], most: int) -> int:
        """Return as many as there are messages, which is the most that SNS may count."""
        return len(messages)

    def what_follows(self, stage: str) -> str:
        """Return how to see that all is well again, and what is to be tidied up."""
        return (
            "Every consumer works them off now; see what still waits for its outcome with:"
            f" fanfare orders --moving{stage_option(stage)}\n"
            f"Then purge the queue {names.unpublished(stage)}: what it says of positions in the"
            " stream is made good for the time that you named. A note there that names a slot is of"
            " an item that is no event of its owner's, which this did not send either: see to it"
            " first."
        )

    def way(self, connection: Connection) -> ToTopic:
        """Return the way to it."""
        return ToTopic(connection.topic())
