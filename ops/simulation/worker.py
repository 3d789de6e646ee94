"""A worker: some work in a greenlet, which stops at every call of a port."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

from ops.simulation.fault import Fault
from ops.simulation.violation import Violation

NEVER = 1 << 62
"""The end of a worker's time that has none (ms)."""


class Worker:
    """One invocation of a function, with a clock that is wrong by `skew` milliseconds.

    `call` and `effect` are what it waits for while it is not dead. `service` is whose function it
    runs, `about` the order that it is about, if any. `luck` are numbers, one for each of its
    calls; `row` gives more of them. Its time ends at the `deadline` (ms). `fault` is what its call
    meets, and `due` when (ms); it is `inside` while a port does what it was asked. `failure` is
    what its work failed with, if it did.
    """

    __slots__ = (
        "about", "call", "calls", "dead", "deadline", "due", "effect", "failure", "fault", "inside",
        "luck", "name", "passes", "row", "service", "skew", "thread", "work",
    )  # fmt: skip

    def __init__(self, name: str, work: Callable[[], object], *, about: str = "") -> None:
        """Take what it is called, what it does, and its order if any."""
        self.name = name
        self.work = work
        self.about = about
        self.service = name.partition(" ")[0]
        self.skew = 0
        self.luck: Iterator[int] = iter(())
        self.row: Callable[[str], Iterator[int]] = lambda _: iter(())
        self.deadline = NEVER
        self.passes: Callable[[Worker], bool] = lambda _: False
        self.thread: Thread
        self.calls = 0
        self.call = ""
        self.effect: Callable[[], Any] = int
        self.fault: Fault | None = None
        self.due = 0
        self.inside = False
        self.dead = False
        self.failure: Exception | None = None

    def turn_to(self, name: str, about: str = "") -> None:
        """Go on with something else, which has a name and luck of its own."""
        self.name = name
        self.about = about
        self.calls = 0
        self.luck = self.row(name)


class Thread(greenlet):
    """What workers run in, one after the other: to make one costs more than most of them do."""

    def __init__(self) -> None:
        """Wait for the first worker."""
        super().__init__(self._run)
        self.worker: Worker

    def _run(self) -> None:
        hub = self.parent
        assert hub is not None  # noqa: S101  it is started by the world
        while True:
            worker = self.worker
            try:
                worker.work()
            except GreenletExit:  # it was killed
                pass
            except Exception as error:  # noqa: BLE001  it is the world's to judge
                worker.failure = error
            worker.dead = True
            hub.switch()


class Threads:
    """Threads of one world: as many as it has workers at once."""

    def __init__(self) -> None:
        """Start with none."""
        self._all: list[Thread] = []
        self._idle: list[Thread] = []

    def begin(self, worker: Worker) -> None:
        """Let a worker work, until it waits for a call or is done."""
        thread = worker.thread = self._idle.pop() if self._idle else self._another()
        thread.worker = worker
        thread.switch()

    def end(self, worker: Worker) -> None:
        """Take back the thread of a worker that is dead."""
        self._idle.append(worker.thread)

    def close(self) -> None:
        """End them all, and who is at work in them: what a thread stands in is never let go of.

        Whoever cleans up meanwhile cannot break anything any more.
        """
        for thread in self._all:
            while not thread.dead:
                with suppress(Violation):
                    thread.throw()

    def _another(self) -> Thread:
        thread = Thread()
        self._all.append(thread)
        return thread


def call[T](name: str, effect: Callable[[], T]) -> T:
    """Make a call of a port: stop, until the world lets it through or has other plans.

    If nothing else happens until it is through, it is made at once: that is the same, and faster.
    """
    thread = getcurrent()
    if not isinstance(thread, Thread):
        return effect()
    worker = thread.worker
    if worker.inside:
        return effect()
    worker.call = name
    worker.effect = effect
    if worker.passes(worker):
        worker.inside = True
        try:
            return effect()
        finally:
            worker.inside = False
    hub = thread.parent
    assert hub is not None  # noqa: S101  a worker was started by the world
    answer: T = hub.switch()
    return answer


def working[W: Worker](kind: type[W]) -> W:
    """Return the worker who asks, which is of this kind."""
    thread = getcurrent()
    if not isinstance(thread, Thread) or not isinstance(thread.worker, kind):
        raise TypeError(f"no {kind.__name__} is at work here")
    return thread.worker


def skew() -> int:
    """Return by how many milliseconds the clock is wrong for who asks; that of a port is right."""
    thread = getcurrent()
    if not isinstance(thread, Thread) or thread.worker.inside:
        return 0
    return thread.worker.skew


def answer(worker: Worker, effect: Callable[[], Any]) -> None:
    """Make the call that a worker waits for, and tell it what came of it."""
    try:
        said = effect()
    except Exception as error:  # noqa: BLE001  it is the worker's to handle
        worker.thread.throw(error)
    else:
        worker.thread.switch(said)


def silently(effect: Callable[[], Any]) -> None:
    """Make a call of whose answer nobody hears."""
    with suppress(Exception):
        effect()
