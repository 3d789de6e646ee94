"""Visibility of a queue's messages: after arrival, and after each visibility timeout."""

from collections import deque
from collections.abc import Callable

from simulation.message import Message
from simulation.scheduler import Scheduler


class Visibility:
    """Hides a queue's messages, and calls `appear` with each that becomes visible."""

    def __init__(
        self, scheduler: Scheduler, timeout: int, appear: Callable[[Message], None]
    ) -> None:
        """`timeout` is the visibility timeout in milliseconds."""
        self._scheduler = scheduler
        self._timeout = timeout
        self._appear = appear
        self._received: deque[tuple[int, Message, int]] = deque()

    def hide(self, message: Message, until: int) -> None:
        """Hide a message until a time (ms)."""
        self._scheduler.at(until, self._show, message, message.hide(until))

    def receive(self, message: Message) -> None:
        """Hide a message that was just received, for the visibility timeout.

        Most are gone by then. The timeout is the same for all, so one timer, for the first, is
        enough.
        """
        until = self._scheduler.now + self._timeout
        if not self._received:
            self._scheduler.at(until, self._show_received)
        self._received.append((until, message, message.hide(until)))

    def _show(self, message: Message, timer: int) -> None:
        if not message.gone and timer == message.timer:
            self._appear(message)

    def _show_received(self) -> None:
        """Show the messages that are due, and set the timer for the next one that is not gone."""
        due: list[tuple[Message, int]] = []
        while self._received:
            until, message, timer = self._received[0]
            if not message.gone and timer == message.timer:
                if until > self._scheduler.now:
                    self._scheduler.at(until, self._show_received)
                    break
                due.append((message, timer))
            self._received.popleft()
        for message, timer in due:
            self._show(message, timer)
