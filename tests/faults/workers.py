"""Workers: runs that stop before every request, so that others can run."""

from collections.abc import Callable
from functools import partial

from greenlet import getcurrent, greenlet

from tests.faults.request_hook import attempt


class Workers:
    """All workers, with their names."""

    def __init__(self) -> None:
        self.alive: dict[greenlet, str] = {}
        self._hub = getcurrent()

    def start(self, name: str, work: Callable[[], object]) -> None:
        """Start a worker, and run it up to its first request."""
        worker = greenlet(partial(attempt, work))
        self.alive[worker] = name
        self.resume(worker)

    def resume(self, worker: greenlet) -> None:
        """Let a worker make its request, and run it to the next one or to its end."""
        worker.switch()
        if worker.dead:
            del self.alive[worker]

    def pause(self) -> None:
        """Stop, if a worker is running, until it is resumed."""
        if getcurrent() in self.alive:
            self._hub.switch()
