"""One consumer's queue, as what is sent again goes there: past the topic, to it alone."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from functions import names
from functions.framework.batching import pack
from functions.framework.ports import Message
from functions.framework.service import Consumer
from functions.runtime.operating.ports import LogPage, Sender
from ops.cli.options import stage_option
from ops.replays.pace import Pace
from ops.replays.target import Load
from ops.stage.connection import Connection
from ops.stage.prices import REQUEST, REQUESTS_PER_BATCH

CHUNK = 64 * 1024
"""Bytes of a batch that SQS bills as one request."""


@dataclass(frozen=True)
class ToQueue:
    """The way to a queue: batches of what the log's pages have, as they come."""

    sender: Sender

    def loads(self, pages: Iterable[LogPage], most: int) -> Iterator[Load]:
        """Yield batches, and the end of each page."""
        for page in pages:
            for batch in pack(page.messages, most):
                yield Load(messages=tuple(batch), cursor=batch[-1].id)
            yield Load(cursor=page.cursor)

    def offer(self, messages: Sequence[Message], job: str, pace: Pace) -> Mapping[str, str]:
        """Offer a batch; return the ids of what the queue did not take, with why."""
        pace.wait(len(messages))
        reasons = self.sender.send(messages, job)
        return {
            message.id: reason for message, reason in zip(messages, reasons, strict=True) if reason
        }


@dataclass(frozen=True)
class QueueOf:
    """The queue of a consumer, as a target."""

    row: Consumer

    @property
    def consumer(self) -> str:
        """Whose it is."""
        return self.row.name

    @property
    def types(self) -> tuple[str, ...]:
        """What the consumer hears."""
        return self.row.subscribed_types

    @property
    def unless_told(self) -> tuple[str, ...]:
        """All that the consumer hears."""
        return self.row.subscribed_types

    @property
    def takes(self) -> str:
        """What the consumer hears, in words."""
        return f"{self.row.name} hears {', '.join(self.row.subscribed_types)}"

    def place(self, stage: str) -> str:
        """Return the queue's name and kind."""
        queue = names.queue(stage, self.row.name, ordered=self.row.ordered)
        return f"{queue} ({'ordered' if self.row.ordered else 'parallel'})"

    def warning(self) -> tuple[str, ...]:
        """Return nothing: only consumers that may hear the past are sent it."""
        return ()

    def requests_for(self, messages: Sequence[Message], most: int) -> int:
        """Return the requests that sending takes."""
        batches = pack(messages, most)
        return sum(math.ceil(sum(len(each.body) for each in batch) / CHUNK) for batch in batches)

    @property
    def request(self) -> float:
        """What sending one costs, receiving and deleting it included."""
        return REQUESTS_PER_BATCH * REQUEST[self.row.ordered]

    @property
    def billed(self) -> tuple[str, str]:
        """SQS; the consumer then does more."""
        return "SQS", "the consumer does"

    def what_follows(self, stage: str) -> str:
        """Return how to see that the consumer works it off."""
        if self.row.projection:
            look = f"fanfare projection {self.row.name} --check{stage_option(stage)}"
            return f"It works them off now; then compare its rows with the log: {look}"
        look = f"fanfare tail --consumer {self.row.name}{stage_option(stage)}"
        return f"It works them off now, as you can see with: {look}"

    def way(self, connection: Connection) -> ToQueue:
        """Return the way to it."""
        return ToQueue(connection.sender(self.row))
