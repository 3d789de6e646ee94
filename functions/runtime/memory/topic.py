"""The topic in memory."""

from collections.abc import Callable, Sequence
from typing import override

from functions.framework.ports import Message, Topic


class MemoryTopic(Topic):
    """The topic as a list of the published messages; it refuses ids in `refuses`.

    `deliver` is called with each message that was published.
    """

    def __init__(self, deliver: Callable[[Message], object] = bool) -> None:
        self.published: list[Message] = []
        self.refuses: set[str] = set()
        self._deliver = deliver

    @override
    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        for message in messages:
            if message.id not in self.refuses:
                self.published.append(message)
                self._deliver(message)
        return ["Refused" if message.id in self.refuses else "" for message in messages]
