"""The topic in memory."""

from collections.abc import Sequence

from functions.framework.ports import Message


class MemoryTopic:
    """The topic as a list of what was published; ids in `refuses` are not accepted."""

    def __init__(self) -> None:
        """Start with nothing published."""
        self.published: list[Message] = []
        self.refuses: set[str] = set()

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        """Accept all messages but those that it was told to refuse."""
        self.published += [message for message in messages if message.id not in self.refuses]
        return ["Refused" if message.id in self.refuses else "" for message in messages]
