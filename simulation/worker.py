"""A worker: some work in a greenlet, which stops at every call of a port."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

from simulation.attempt import Attempt
from simulation.calls import Call
from simulation.faults import Fault
from simulation.invariants.violation import Violation
from simulation.process_memory import Process

NEVER = 1 << 62
"""The deadline of a worker that has none (ms)."""


class Worker:
    """One invocation of a function, with a clock that is wrong by `skew` milliseconds.

    `call` is the call that it waits for, `effect` the function that makes it, with `arguments`.
    `about` is the order that it works on, if any. `numbers` decide about its calls; `more_numbers`
    gives others by key; below `bounds` a number means a fault. `fault` is what its call meets; it
    is `inside` while a port runs. `ended` is called once it has ended or died, and `failure` is the
    error of its work, if any. `attempt` is the run of a reaction that it is in, `process` has its
    memory if that may differ from that of others.
    """

    numbers: Iterator[int]
    more_numbers: Callable[[str], Iterator[int]]
    completes_at_once: Callable[["Worker"], bool]
    thread: "Thread | None" = None
    call: Call
    bounds: Mapping[int, int]
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
    attempt: Attempt | None = None
    process: Process | None = None

    def __init__(self, service: str, name: str, work: Callable[[Any], object]) -> None:
        """Take its service, its name, which begins with the service's, and its work."""
        self.service = service
        self.name = name
        self.work = work

    def turn_to(self, name: str, numbers: Iterator[int] | None = None) -> None:
        """Go on with other work, which has a name and numbers of its own."""
        self.name = name
        self.calls = 0
        self.numbers = numbers or self.more_numbers(name)


class Thread(greenlet):
    """A greenlet that runs workers one after the other: making one costs more than most of them."""

    def __init__(self) -> None:
        super().__init__(self._run)
        self.worker: Worker
        self.hub = getcurrent()

    def _run(self) -> None:
        while True:
            worker = self.worker
            try:
                worker.work(worker)
            except GreenletExit:  # the worker was killed
                pass
            except Exception as error:  # noqa: BLE001  the scheduler reports it
                worker.failure = error
            worker.dead = True
            del worker, self.worker  # so that neither keeps the other alive
            self.hub.switch()


class Threads:
    """The threads of one world: as many as it has workers at once."""

    def __init__(self) -> None:
        self._all: list[Thread] = []
        self._idle: list[Thread] = []

    def begin(self, worker: Worker) -> Thread:
        """Run a worker until it waits for a call or has ended."""
        thread = worker.thread = self._idle.pop() if self._idle else self._new()
        thread.worker = worker
        thread.switch()
        return thread

    def end(self, thread: Thread) -> None:
        """Take back the thread of a dead worker."""
        self._idle.append(thread)

    def close(self) -> None:
        """End all threads and their workers, since a suspended thread is never freed.

        A violation during their cleanup is ignored.
        """
        for thread in self._all:
            while not thread.dead:
                with suppress(Violation):
                    thread.throw()
        self._all.clear()
        self._idle.clear()

    def _new(self) -> Thread:
        thread = Thread()
        self._all.append(thread)
        return thread


def call[*A, T](name: Call, effect: Callable[[*A], T], *arguments: *A) -> T:
    """Make a call of a port: stop until the scheduler completes it or applies a fault.

    If nothing else can happen before it completes, it is made at once: the same, but faster.
    """
    thread = getcurrent()
    if not isinstance(thread, Thread):
        return effect(*arguments)
    worker = thread.worker
    if worker.inside:
        return effect(*arguments)
    worker.call = name
    if worker.completes_at_once(worker):
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
    """Return the current worker.

    Raises:
        TypeError: no worker of this kind is running.
    """
    thread = getcurrent()
    if not isinstance(thread, Thread) or not isinstance(thread.worker, kind):
        raise TypeError(f"no {kind.__name__} is at work here")
    return thread.worker


def skew() -> int:
    """Return the error of the current worker's clock in milliseconds; inside a port it is zero."""
    thread = getcurrent()
    if not isinstance(thread, Thread) or thread.worker.inside:
        return 0
    return thread.worker.skew


def answer(thread: Thread, worker: Worker, effect: Callable[..., Any]) -> None:
    """Make the call that a worker waits for, and resume the worker with the result."""
    try:
        result = effect(*worker.arguments)
    except Exception as error:  # noqa: BLE001  the worker handles it
        thread.throw(error)
    else:
        thread.switch(result)


def apply_fault(thread: Thread, worker: Worker, fault: Fault, effect: Callable[..., Any]) -> None:
    """Apply a fault to the call that a worker waits for."""
    match fault:
        case "die before" | "die, done later":
            thread.throw()
        case "die after" | "timed out":
            call_and_discard(effect, *worker.arguments)
            thread.throw()
        case "lost":
            call_and_discard(effect, *worker.arguments)
            thread.throw(worker.call.error(worker.call))
        case "done twice":
            call_and_discard(effect, *worker.arguments)
            answer(thread, worker, effect)
        case "partial":
            answer(thread, worker, effect)
        case _:
            thread.throw(worker.call.error(worker.call))


def call_and_discard(effect: Callable[..., Any], *arguments: Any) -> None:
    """Make a call whose result nobody gets."""
    with suppress(Exception):
        effect(*arguments)
