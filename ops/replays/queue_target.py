"""Replay target: the queue of one consumer, without the topic."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import override

from functions import names
from functions.framework.batching import pack
from functions.framework.ports import Message
from functions.framework.service import Consumer
from functions.runtime.operating.ports import LogPage, Sender
from ops.cli.options import stage_option
from ops.replays.pace import Pace
from ops.replays.target import Chunk, Target, Transport
from ops.stage.connection import Connection
from ops.stage.prices import REQUEST, REQUESTS_PER_BATCH

BYTES_PER_REQUEST = 64 * 1024
"""Bytes of a batch that SQS bills as one request."""


@dataclass(frozen=True)
class QueueTransport(Transport):
    """Transport to a queue: the messages of each page of the log, in batches."""

    sender: Sender

    @override
    def chunks(self, pages: Iterable[LogPage], most: int) -> Iterator[Chunk]:
        """Yield batches, and an empty chunk at the end of each page."""
        for page in pages:
            for batch in pack(page.messages, most):
                yield Chunk(messages=tuple(batch), cursor=batch[-1].id)
            yield Chunk(cursor=page.cursor)

    @override
    def send(self, messages: Sequence[Message], job: str, pace: Pace) -> Mapping[str, str]:
        pace.wait(len(messages))
        reasons = self.sender.send(messages, job)
        return {
            message.id: reason for message, reason in zip(messages, reasons, strict=True) if reason
        }


@dataclass(frozen=True)
class QueueTarget(Target):
    """The queue of a consumer."""

    row: Consumer

    @property
    @override
    def consumer(self) -> str:
        return self.row.name

    @property
    @override
    def types(self) -> tuple[str, ...]:
        return self.row.subscribed_types

    @property
    @override
    def default_types(self) -> tuple[str, ...]:
        """All types that the consumer subscribes to."""
        return self.row.subscribed_types

    @property
    @override
    def types_text(self) -> str:
        return f"{self.row.name} subscribes to {', '.join(self.row.subscribed_types)}"

    @override
    def describe(self, stage: str) -> str:
        """Return the queue's name and kind."""
        queue = names.queue(stage, self.row.name, ordered=self.row.ordered)
        return f"{queue} ({'ordered' if self.row.ordered else 'parallel'})"

    @override
    def warning(self) -> tuple[str, ...]:
        """Return nothing, as only replayable consumers are targets."""
        return ()

    @override
    def requests_for(self, messages: Sequence[Message], most: int) -> int:
        batches = pack(messages, most)
        return sum(
            math.ceil(sum(len(each.body) for each in batch) / BYTES_PER_REQUEST)
            for batch in batches
        )

    @property
    @override
    def request_price(self) -> float:
        """The price of sending a request's messages, and of receiving and deleting them."""
        return REQUESTS_PER_BATCH * REQUEST[self.row.ordered]

    @property
    @override
    def billed(self) -> tuple[str, str]:
        return "SQS", "the consumer"

    @override
    def next_steps(self, stage: str) -> str:
        """Return the command that shows the consumer's work."""
        if self.row.projection:
            command = f"fanfare projection {self.row.name} --check{stage_option(stage)}"
            return f"The consumer handles them now; then compare its rows with the log: {command}"
        command = f"fanfare tail --consumer {self.row.name}{stage_option(stage)}"
        return f"The consumer handles them now, as this shows: {command}"

    @override
    def transport(self, connection: Connection) -> QueueTransport:
        return QueueTransport(connection.sender(self.row))
