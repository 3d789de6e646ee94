"""Message groups of an ordered queue: each gives its messages in order, or none."""

from collections import deque
from collections.abc import Iterator, Sequence

from simulation.message import Message


class MessageGroups:
    """The messages of each order in an ordered queue, oldest first."""

    def __init__(self) -> None:
        self._groups: dict[str, deque[Message]] = {}

    def add(self, message: Message) -> None:
        """Add a new message at the end of its group."""
        self._groups.setdefault(message.event.subject, deque()).append(message)

    def remove(self, message: Message) -> Message | None:
        """Remove a message; return the next one of its group, if any."""
        group = self._groups[message.event.subject]
        group.remove(message)
        return group[0] if group else None

    def in_order(self, ready: Sequence[Message], now: int) -> Iterator[Message]:
        """Yield, in order, the messages of each group of which none is hidden."""
        for subject in dict.fromkeys(message.event.subject for message in ready):
            group = list(self._groups[subject])
            if any(message.receives and message.visible > now for message in group):
                continue
            for message in group:
                if message.visible > now:
                    break
                yield message
