"""So many a second, and no more."""

import time
from collections.abc import Callable


class Pace:
    """Lets through at most `rate` a second; what was not used is not made up for later."""

    def __init__(
        self,
        rate: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the rate; `clock` and `sleep` are in seconds."""
        self.rate = rate
        self.sleep = sleep
        self._clock = clock
        self._free = clock()

    def wait(self, number: int) -> None:
        """Wait until so many more may go."""
        now = self._clock()
        if self._free > now:
            self.sleep(self._free - now)
        self._free = max(self._free, now) + number / self.rate
