"""Where events of the log may be sent, and what is told of it: a consumer's queue, the topic."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from functions.framework.batching import MAX_ENTRIES
from functions.framework.ports import Message
from functions.runtime.operating.ports import LogPage
from ops.replays.pace import Pace
from ops.stage.connection import Connection


@dataclass(frozen=True, kw_only=True)
class Load:
    """Messages that are offered together, and where the log is read on once all were taken."""

    messages: tuple[Message, ...] = ()
    cursor: str | None


class Way(Protocol):
    """The way out of a stage's log, to a target."""

    def loads(self, pages: Iterable[LogPage], most: int) -> Iterator[Load]:
        """Yield what goes together; no call to AWS has more than `most` messages.

        A load may be empty: it then tells only how far the log was read.
        """
        ...

    def offer(self, messages: Sequence[Message], job: str, pace: Pace) -> Mapping[str, str]:
        """Offer messages at that pace; return the ids of what was not taken, with why."""
        ...


class Target(Protocol):
    """Where events are sent. `consumer` is whose queue it is; the topic is nobody's."""

    @property
    def consumer(self) -> str | None:
        """The consumer, if it is one alone."""
        ...

    @property
    def types(self) -> tuple[str, ...]:
        """The types that it takes, sorted."""
        ...

    @property
    def unless_told(self) -> tuple[str, ...]:
        """The types that a selection names of itself; the topic's names none, which means all."""
        ...

    @property
    def takes(self) -> str:
        """A clause: who takes which types."""
        ...

    def place(self, stage: str) -> str:
        """Return what it is called there, and of which kind it is if there are several."""
        ...

    def warning(self) -> tuple[str, ...]:
        """Return lines on what sending to it brings about, for who is about to."""
        ...

    def requests_for(self, messages: Sequence[Message], most: int) -> int:
        """Return how many billed requests messages take, at most so many in a batch."""
        ...

    @property
    def request(self) -> float:
        """US dollars for such a request, and what goes with it."""
        ...

    @property
    def billed(self) -> tuple[str, str]:
        """The service that bills it, and who does more that costs."""
        ...

    def what_follows(self, stage: str) -> str:
        """Return what becomes of what was sent, and how to see it."""
        ...

    def way(self, connection: Connection) -> Way:
        """Return the way there."""
        ...


def batch_size(rate: float) -> int:
    """Return how many messages go at once: what a second may have, at most what AWS takes."""
    return max(1, min(MAX_ENTRIES, int(rate)))
