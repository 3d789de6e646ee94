"""Who is told of what becomes of a queue's messages."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from events.envelope import Event
from ops.simulation.message import Message, Receipt

if TYPE_CHECKING:
    from ops.simulation.queue import Queue


class Keeper(Protocol):
    """A world, as its queues know it."""

    def invoke(self, queue: "Queue", batch: Sequence[Receipt]) -> None:
        """A function is to work on these."""
        ...

    def acknowledged(self, queue: "Queue", message: Message) -> None:
        """A message is done with."""
        ...

    def gave_up(self, queue: "Queue", message: Message) -> None:
        """A message has gone to the DLQ."""
        ...

    def lost(self, queue: "Queue", event: Event[Any]) -> None:
        """An event's message was older than what a queue keeps."""
        ...
