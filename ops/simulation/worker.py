"""A worker: some work in a greenlet, which stops at every call of a port."""

from collections.abc import Callable
from typing import Any

from greenlet import getcurrent, greenlet

from ops.simulation.fault import Fault


class Worker(greenlet):
    """One invocation of a function, with a clock that is wrong by `skew` milliseconds.

    `call` and `effect` are what it waits for while it is not dead. `service` is whose function it
    runs. `fault` is what its call meets, `due` when (ms), and `late` the luck of what comes through
    when it is gone; it is `inside` while a port does what it was asked. `failure` is what its work
    failed with, if it did.
    """

    def __init__(
        self, name: str, work: Callable[[], object], *, skew: int = 0, about: str = ""
    ) -> None:
        """Take what it is called, what it does, how wrong its clock is, and its order if any."""
        super().__init__(self._do)
        self.name = name
        self.skew = skew
        self.calls = 0
        self.call = ""
        self.effect: Callable[[], Any] = int
        self.failure: Exception | None = None
        self.about = about
        self.service = name.partition(" ")[0]
        self.fault: Fault | None = None
        self.due = 0
        self.late = 0
        self.inside = False
        self.passes: Callable[[Worker], bool] = lambda _: False
        self._work = work

    def _do(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001  it is the world's to judge
            self.failure = error

    def kill(self) -> None:
        """End it where it is."""
        self.throw()


def call[T](name: str, effect: Callable[[], T]) -> T:
    """Make a call of a port: stop, until the world lets it through or has other plans.

    If nothing else happens until it is through, it is made at once: that is the same, and faster.
    """
    worker = getcurrent()
    if not isinstance(worker, Worker) or worker.inside:
        return effect()
    worker.call = name
    worker.effect = effect
    if worker.passes(worker):
        worker.inside = True
        try:
            return effect()
        finally:
            worker.inside = False
    hub = worker.parent
    assert hub is not None  # noqa: S101  a worker was started by the world
    answer: T = hub.switch()
    return answer


def skew() -> int:
    """Return by how many milliseconds the clock is wrong for who asks; that of a port is right."""
    worker = getcurrent()
    return worker.skew if isinstance(worker, Worker) and not worker.inside else 0
