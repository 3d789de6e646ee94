"""The world of a story: what the implementations in memory and under moto have in common."""

from collections.abc import Sequence
from random import Random
from typing import Any, Protocol

from events.envelope import Event
from functions.framework.ports import Log, Message, Records, Rows
from functions.framework.service import Service
from functions.runtime.memory.observer import MemoryObserver
from functions.runtime.operating.ports import Erasure, Pages


class OperatedLog(Log, Pages, Erasure, Protocol):
    """The log with all that operators do."""


class World(Protocol):
    """Deployed services, and what they write. `handlers` are the services' by name."""

    observer: MemoryObserver

    def deploy(self, service: Service) -> None:
        """Add a service; a consumer receives what is published from now on."""
        ...

    @property
    def operated_log(self) -> OperatedLog:
        """The log."""
        ...

    def append(self, event: Event[Any]) -> Event[Any]:
        """Append an event to the log; return the event that holds its slot."""
        ...

    def invoke(self, service: str, event: Any) -> Any:
        """Call a service's handler and return its answer."""
        ...

    def step(self, random: Random | None = None) -> bool:
        """Publish what is new and deliver one batch; return False if there was nothing to do.

        With `random`, the queue and the order of a standard queue's messages are taken by chance.
        """
        ...

    def resend(self, consumer: str, messages: Sequence[Message]) -> None:
        """Send messages to one consumer's queue, past the topic."""
        ...

    def set_paused(self, consumer: str, *, paused: bool) -> None:
        """Stop or continue to deliver to a consumer."""
        ...

    def tick(self, consumer: str) -> None:
        """Run a consumer's chore once, if it has one."""
        ...

    def tables(self, *where: str) -> Records:
        """Return a table without a sort key, by its name or by its owner and name."""
        ...

    def rows(self, *where: str) -> Rows:
        """Return a table with a sort key, by its name or by its owner and name."""
        ...

    def dead_letters(self, consumer: str) -> Sequence[str]:
        """Return the bodies of a consumer's dead letters."""
        ...

    def close(self) -> None:
        """Give back what the world holds."""
        ...
