"""The message groups of an ordered queue: each gives its messages in their order, or none."""

from collections import deque
from collections.abc import Iterator, Sequence

from simulation.message import Message


class MessageGroups:
    """What an ordered queue holds of each order, the oldest first."""

    def __init__(self) -> None:
        """Start empty."""
        self._groups: dict[str, deque[Message]] = {}

    def add(self, message: Message) -> None:
        """Take a new message, the last of its group."""
        self._groups.setdefault(message.event.subject, deque()).append(message)

    def remove(self, message: Message) -> Message | None:
        """Let go of a message that is gone; return the one whose turn it is now, if any."""
        group = self._groups[message.event.subject]
        group.remove(message)
        return group[0] if group else None

    def in_order(self, ready: Sequence[Message], now: int) -> Iterator[Message]:
        """Yield the messages of each group of which none is hidden, in their order."""
        for subject in dict.fromkeys(message.event.subject for message in ready):
            group = list(self._groups[subject])
            if any(message.receives and message.visible > now for message in group):
                continue
            for message in group:
                if message.visible > now:
                    break
                yield message
