"""Targets of a replay, a consumer's queue or the topic, and the transport to them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from functions.framework.batching import MAX_ENTRIES
from functions.framework.ports import Message
from functions.runtime.operating.ports import LogPage
from ops.replays.pace import Pace
from ops.stage.connection import Connection


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Messages that are sent together, and the cursor of the log after them."""

    messages: tuple[Message, ...] = ()
    cursor: str | None


class Transport(Protocol):
    """Transport of messages from a stage's log to a target."""

    def chunks(self, pages: Iterable[LogPage], most: int) -> Iterator[Chunk]:
        """Yield chunks; no call of AWS has more than `most` messages.

        A chunk may be empty: it then has a new cursor only.
        """
        ...

    def send(self, messages: Sequence[Message], job: str, pace: Pace) -> Mapping[str, str]:
        """Send messages at that pace; return the reasons of those not accepted, by id."""
        ...


class Target(Protocol):
    """The target of a job: the queue of a `consumer`, or the topic."""

    @property
    def consumer(self) -> str | None:
        """The name of the consumer; None for the topic."""
        ...

    @property
    def types(self) -> tuple[str, ...]:
        """The types that it accepts, sorted."""
        ...

    @property
    def default_types(self) -> tuple[str, ...]:
        """The types of a selection without types; none for the topic, which means all."""
        ...

    @property
    def types_text(self) -> str:
        """The accepted types, as a clause of an error."""
        ...

    def describe(self, stage: str) -> str:
        """Return its name on a stage, and its kind if there are several."""
        ...

    def warning(self) -> tuple[str, ...]:
        """Return lines about the effects of sending, shown before the confirmation."""
        ...

    def requests_for(self, messages: Sequence[Message], most: int) -> int:
        """Return the number of billed requests for messages, with at most `most` in a batch."""
        ...

    @property
    def request_price(self) -> float:
        """The price of such a request with its follow-up requests, in US dollars."""
        ...

    @property
    def billed(self) -> tuple[str, str]:
        """The service that bills it, and the receivers whose costs are not included."""
        ...

    def next_steps(self, stage: str) -> str:
        """Return a text about the next steps after sending."""
        ...

    def transport(self, connection: Connection) -> Transport:
        """Return the transport to the target on a stage."""
        ...


def batch_size(rate: float) -> int:
    """Return the size of a batch: the messages of one second, at most AWS's limit."""
    return max(1, min(MAX_ENTRIES, int(rate)))
