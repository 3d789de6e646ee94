"""Rate limit for messages."""

import time
from collections.abc import Callable


class Pace:
    """Limits messages to `rate` a second; unused capacity does not accumulate.

    `clock` and `sleep` are in seconds.
    """

    def __init__(
        self,
        rate: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rate = rate
        self.sleep = sleep
        self._clock = clock
        self._free = clock()

    def wait(self, number: int) -> None:
        """Wait until `number` more messages may be sent."""
        now = self._clock()
        if self._free > now:
            self.sleep(self._free - now)
        self._free = max(self._free, now) + number / self.rate
