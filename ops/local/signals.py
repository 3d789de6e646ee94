"""Ctrl-C and its kin: they end what is under way at once, and cleaning up is not disturbed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A signal asked this process to end."""

    def __init__(self, signum: int) -> None:
        """Take the signal's number."""
        super().__init__(signum)
        self.code = 128 + signum


class Signals:
    """Raises `Stopped` on the first signal; not in a protected body, and never once closing."""

    def __init__(self) -> None:
        """Begin with no signal received."""
        self._received: int | None = None
        self._protected = False
        self._closing = False

    def close(self) -> None:
        """Raise no more: what is being cleaned up is to be cleaned up whole."""
        self._closing = True

    @contextmanager
    def protected(self) -> Iterator[None]:
        """Put a signal off until the body is through: what it starts must be known to be ended."""
        self._protected = True
        try:
            yield
        finally:
            self._protected = False
        if self._received is not None and not self._closing:
            raise Stopped(self._received)

    def receive(self, signum: int, frame: FrameType | None = None) -> None:
        """Take note of a signal; it is a handler for `signal.signal`."""
        if self._received is not None:
            return
        self._received = signum
        if not self._protected and not self._closing:
            raise Stopped(signum)


@contextmanager
def stoppable() -> Iterator[Signals]:
    """Watch for signals in the body, which must be left by cleaning up."""
    signals = Signals()
    before = {signum: signal.signal(signum, signals.receive) for signum in SIGNALS}
    try:
        yield signals
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
