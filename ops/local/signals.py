"""SIGINT, SIGTERM and SIGHUP: they end the work at once, but never interrupt the cleanup."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A signal ended this process's work; `code` is the exit code."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.code = 128 + signum


class Signals:
    """Raises `Stopped` on the first signal; never in a protected body or during the cleanup."""

    def __init__(self) -> None:
        self._received: int | None = None
        self._protected = False
        self._closing = False

    def close(self) -> None:
        """Raise no more, so that the cleanup is complete."""
        self._closing = True

    @contextmanager
    def protected(self) -> Iterator[None]:
        """Defer a signal to the end of the body, so that no started process is lost."""
        self._protected = True
        try:
            yield
        finally:
            self._protected = False
        if self._received is not None and not self._closing:
            raise Stopped(self._received)

    def receive(self, signum: int, frame: FrameType | None = None) -> None:
        """Handle a signal; a handler for `signal.signal`."""
        if self._received is not None:
            return
        self._received = signum
        if not self._protected and not self._closing:
            raise Stopped(signum)


@contextmanager
def stoppable() -> Iterator[Signals]:
    """Handle signals in the body, which must clean up when it is left."""
    signals = Signals()
    before = {signum: signal.signal(signum, signals.receive) for signum in SIGNALS}
    try:
        yield signals
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
