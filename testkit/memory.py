"""The world of a story in memory."""

from collections.abc import Sequence

from functions.framework.ports import Message
from functions.runtime.memory.application import Application
from functions.runtime.memory.log import MemoryLog


class MemoryWorld(Application):
    """An application in memory, as a world."""

    @property
    def operated_log(self) -> MemoryLog:
        """The log."""
        return self.log

    def resend(self, consumer: str, messages: Sequence[Message]) -> None:
        """Send messages to one consumer's queue, past the topic."""
        for message in messages:
            self.queues[consumer].send(message, next(self._numbers))

    def set_paused(self, consumer: str, *, paused: bool) -> None:
        """Stop or continue to deliver to a consumer."""
        self.queues[consumer].paused = paused

    def dead_letters(self, consumer: str) -> Sequence[str]:
        """Return the bodies of a consumer's dead letters."""
        return [message.body.decode() for message in self.queues[consumer].dead]

    def close(self) -> None:
        """Nothing is held."""
