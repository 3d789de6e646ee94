"""A worker: some work in a greenlet, which stops at every call of a port."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

from simulation.faults import Fault, unavailable
from simulation.invariants.violation import Violation

NEVER = 1 << 62
"""The end of a worker's time that has none (ms)."""


class Worker:
    """One invocation of a function, with a clock that is wrong by `skew` milliseconds.

    `call` is what it waits for while it is not dead, `effect` what that does, with `arguments`.
    `about` is the order that it is about, if any. `luck` are numbers for its calls; `row` gives
    more of them. Its time ends at the `deadline` (ms). `fault` is what its call meets; it is
    `inside` while a port does what it was asked. `ended` is done once it has ended or died, and
    `failure` is what its work failed with, if it did.
    """

    luck: Iterator[int]
    row: Callable[[str], Iterator[int]]
    passes: Callable[["Worker"], bool]
    thread: "Thread | None" = None
    call: str
    effect: Callable[..., Any]
    arguments: tuple[Any, ...]
    ended: Callable[[], object] | None = None
    failure: Exception | None = None
    fault: Fault | None = None
    skew = 0
    deadline = NEVER
    calls = 0
    inside = False
    dead = False
    about = ""

    def __init__(self, service: str, name: str, work: Callable[[Any], object]) -> None:
        """Take whose function it runs, what it is called, and its work, which is told who does it.

        Its name begins with its service's.
        """
        self.service = service
        self.name = name
        self.work = work

    def turn_to(self, name: str, luck: Iterator[int] | None = None) -> None:
        """Go on with something else, which has a name and luck of its own."""
        self.name = name
        self.calls = 0
        self.luck = luck or self.row(name)


class Thread(greenlet):
    """What workers run in, one after the other: to make one costs more than most of them do."""

    def __init__(self) -> None:
        """Wait for the first worker."""
        super().__init__(self._run)
        self.worker: Worker
        self.hub = getcurrent()

    def _run(self) -> None:
        while True:
            worker = self.worker
            try:
                worker.work(worker)
            except GreenletExit:  # it was killed
                pass
            except Exception as error:  # noqa: BLE001  it is the world's to judge
                worker.failure = error
            worker.dead = True
            del worker, self.worker  # nor do they keep each other
            self.hub.switch()


class Threads:
    """Threads of one world: as many as it has workers at once."""

    def __init__(self) -> None:
        """Start with none."""
        self._all: list[Thread] = []
        self._idle: list[Thread] = []

    def begin(self, worker: Worker) -> Thread:
        """Let a worker work, until it waits for a call or is done."""
        thread = worker.thread = self._idle.pop() if self._idle else self._another()
        thread.worker = worker
        thread.switch()
        return thread

    def end(self, thread: Thread) -> None:
        """Take back the thread of a worker that is dead."""
        self._idle.append(thread)

    def close(self) -> None:
        """End them all, and who is at work in them: what a thread stands in is never let go of.

        Whoever cleans up meanwhile cannot break anything any more.
        """
        for thread in self._all:
            while not thread.dead:
                with suppress(Violation):
                    thread.throw()
        self._all.clear()
        self._idle.clear()

    def _another(self) -> Thread:
        thread = Thread()
        self._all.append(thread)
        return thread


def call[*A, T](name: str, effect: Callable[[*A], T], *arguments: *A) -> T:
    """Make a call of a port: stop, until the world lets it through or has other plans.

    If nothing else happens until it is through, it is made at once: that is the same, and faster.
    """
    thread = getcurrent()
    if not isinstance(thread, Thread):
        return effect(*arguments)
    worker = thread.worker
    if worker.inside:
        return effect(*arguments)
    worker.call = name
    if worker.passes(worker):
        worker.inside = True
        try:
            return effect(*arguments)
        finally:
            worker.inside = False
    worker.effect = effect
    worker.arguments = arguments
    answer: T = thread.hub.switch()
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


def answer(thread: Thread, worker: Worker, effect: Callable[..., Any]) -> None:
    """Make the call that a worker waits for, and tell it what came of it."""
    try:
        said = effect(*worker.arguments)
    except Exception as error:  # noqa: BLE001  it is the worker's to handle
        thread.throw(error)
    else:
        thread.switch(said)


def apply_fault(thread: Thread, worker: Worker, fault: Fault, effect: Callable[..., Any]) -> None:
    """Let the call that a worker waits for meet a fault, in place of its answer or besides."""
    match fault:
        case "die before" | "die, done later":
            thread.throw()
        case "die after" | "timed out":
            call_and_discard(effect, *worker.arguments)
            thread.throw()
        case "lost":
            call_and_discard(effect, *worker.arguments)
            thread.throw(unavailable(worker.call))
        case "done twice":
            call_and_discard(effect, *worker.arguments)
            answer(thread, worker, effect)
        case "partial":
            answer(thread, worker, effect)
        case _:
            thread.throw(unavailable(worker.call))


def call_and_discard(effect: Callable[..., Any], *arguments: Any) -> None:
    """Make a call of whose answer nobody hears."""
    with suppress(Exception):
        effect(*arguments)
