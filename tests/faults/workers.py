"""Workers: runs that stop before every request, so that others may have their turn."""

from collections.abc import Callable
from functools import partial

from greenlet import getcurrent, greenlet

from tests.faults.runs import attempt


class Workers:
    """All who are at work; `alive` says what each is."""

    def __init__(self) -> None:
        self.alive: dict[greenlet, str] = {}
        self._hub = getcurrent()

    def start(self, name: str, work: Callable[[], object]) -> None:
        """Let somebody begin some work, up to the first request."""
        worker = greenlet(partial(attempt, work))
        self.alive[worker] = name
        self.go_on(worker)

    def go_on(self, worker: greenlet) -> None:
        """Let a worker make its request, and go on to the next or to its end."""
        worker.switch()
        if worker.dead:
            del self.alive[worker]

    def turn(self) -> None:
        """Stop, if it is a worker who asks, until it is told to go on."""
        if getcurrent() in self.alive:
            self._hub.switch()
