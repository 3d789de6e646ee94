"""Scheduler: the virtual clock, the agenda, and the duration of each call of a port."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any

from simulation.calls import COMPLETED_LATER, Call
from simulation.clock import BEGIN, MINUTE, SECOND
from simulation.draws import Draws
from simulation.faults import Fault
from simulation.injector import Injector
from simulation.invariants.violation import (
    Violation,
    every_world_comes_to_rest,
    functions_fail_only_with_their_calls,
)
from simulation.worker import (
    NEVER,
    Thread,
    Threads,
    Worker,
    answer,
    apply_fault,
    call_and_discard,
    skew,
)

QUICK = 40
SLOW = 20 * SECOND
LATER = 20 * MINUTE
FROZEN = 40 * MINUTE
"""In milliseconds, the longest: a call; a slow call; the time until a call takes effect whose
caller is gone (an idle TCP connection is dropped long before); and a freeze of a worker, longer
than any visibility timeout."""

WRONG = 5 * MINUTE
"""The largest error of a machine's clock, either way (ms); half of the clocks are right."""

MOST_STEPS = 500_000
"""Steps after which a world counts as an endless loop."""


class Scheduler(Injector):
    """Runs actions and workers one after the other, in an order that the seed decides."""

    def __init__(self, draws: Draws, **faults: Any) -> None:
        """`faults` are the arguments of `Injector`.

        `last_call` is the time of the last call (ms). `calls` counts calls of ports, only those of
        consumers that the world aims at if there are such. With `skips_ahead`, a call that nothing
        can precede is made at once. `running` is the worker that is at work.
        """
        super().__init__(draws, **faults)
        self.steps = 0
        self.trace = 0
        self.last_call = 0
        self.skips_ahead = True
        self.calls: Counter[Call] = Counter()
        self.running: Worker | None = None
        self._agenda: list[tuple[int, int, Callable[..., object] | None, Any]] = []
        self._entries = 0
        self._threads = Threads()
        self._refusing = ""

    def clock(self) -> datetime:
        """Return the time by the clock of the current worker, which may be wrong."""
        return BEGIN + timedelta(0, 0, 1000 * (self.now + skew()))

    def at[*A](self, when: int, action: Callable[[*A], object], *arguments: *A) -> None:
        """Schedule an action at a time (ms), or now if that is over."""
        self._entries += 1
        heappush(self._agenda, (max(when, self.now), self._entries, action, arguments))

    def run(self) -> None:
        """Run the agenda until it is empty."""
        agenda = self._agenda
        while agenda:
            self.now, _, action, about = heappop(agenda)
            self.steps += 1
            if self.steps > MOST_STEPS:
                busy = self.running.name if self.running else "everything"
                raise Violation(every_world_comes_to_rest, busy)
            if action is None:
                self.running = about
                if about.process is None:
                    self._resume(about)
                else:
                    self._resume_in_its_process(about)
            else:
                action(*about)

    def close(self) -> None:
        """End all workers that are left."""
        self._threads.close()

    def refuses(self, message: str) -> bool:
        """Return whether the topic refuses this message of the batch that is being published."""
        return bool(self._refusing) and self.draws.happens(f"{self._refusing} {message}", 0.5)

    def start(
        self,
        worker: Worker,
        ended: Callable[[], object] | None = None,
        numbers: Iterator[int] | None = None,
    ) -> None:
        """Start a worker, with draws of its own unless it is given numbers.

        `ended` is called once it has ended or died.
        """
        worker.ended = ended
        worker.completes_at_once = self._completes_at_once
        worker.bounds = self._aimed_bounds if worker.service in self.aimed else self._bounds
        worker.more_numbers = self.draws.numbers
        worker.numbers = numbers or self.draws.numbers(worker.name)
        by, right = divmod(next(worker.numbers), 2)
        if not right:
            worker.skew = by % (2 * WRONG + 1) - WRONG
        self._wait(worker, self.now)

    def _wait(self, worker: Worker, until: int) -> None:
        """Resume a worker at a time."""
        self._entries += 1
        heappush(self._agenda, (until, self._entries, None, worker))

    def _completes_at_once(self, worker: Worker) -> bool:
        """Decide the duration and fault of a worker's call; return whether it is complete."""
        now = self.last_call = self.now
        call = worker.call
        worker.calls += 1
        number = next(worker.numbers)
        fault: Fault | None = None
        if self.broken is not None and self.broken(worker):
            fault = "throttled"
            self.on_fault(worker, fault)
        elif number < worker.bounds[call.often] and not self.fault_free:
            fault = self.draw_fault(worker, next(worker.numbers))
        if not self.aimed or worker.service in self.aimed:
            self.calls[call] += 1
        self.trace = hash((self.trace, now, number))
        due = now + 1 + number % (SLOW if fault == "slow" else QUICK)
        if due > worker.deadline and fault in (None, "slow"):
            fault = self.times_out(worker)
        agenda = self._agenda
        if fault is not None or (agenda and agenda[0][0] <= due) or not self.skips_ahead:
            worker.fault = fault
            self._wait(worker, due)
            return False
        self.now = due
        self.steps += 1
        return True

    def _finish(self, thread: Thread, worker: Worker) -> None:
        """Take back the thread of a dead worker.

        Raises:
            Violation: its work failed.
        """
        if worker.failure is not None:
            raise Violation(functions_fail_only_with_their_calls, worker.name, worker.failure)
        self._threads.end(thread)
        if worker.ended is not None:
            self._report_end(worker)

    def _report_end(self, worker: Worker) -> None:
        """Call the worker's `ended`, once."""
        ended, worker.ended = worker.ended, None
        if ended is not None:
            ended()

    def _resume_in_its_process(self, worker: Worker) -> None:
        """Let a worker go on, with the memory of its process."""
        process = worker.process
        if process is not None:
            process.enter()
            self._resume(worker)
            process.leave()

    def _resume(self, worker: Worker) -> None:
        """Start a worker, complete the call that it waits for, or apply the call's fault."""
        thread, fault = worker.thread, worker.fault
        if thread is None:
            thread = self._threads.begin(worker)
        elif fault is None or fault == "slow":
            answer(thread, worker, worker.effect)
        elif fault == "frozen":
            self._freeze(worker)
        else:
            self._apply_fault(thread, worker, fault)
        if worker.dead:
            self._finish(thread, worker)

    def _apply_fault(self, thread: Thread, worker: Worker, fault: Fault) -> None:
        if fault in COMPLETED_LATER:
            self._complete_later(worker)
        partial = fault == "partial"
        apply_fault(
            thread, worker, fault, self._refused_in_part(worker) if partial else worker.effect
        )

    def _freeze(self, worker: Worker) -> None:
        """Let a worker count as dead, and resume its call long after."""
        worker.fault, worker.deadline = None, NEVER
        self._report_end(worker)
        wait = self.draws.between(f"frozen {worker.name} {worker.calls}", 1, FROZEN)
        self._wait(worker, self.now + wait)

    def _complete_later(self, worker: Worker) -> None:
        """Let a call take effect after its worker has stopped waiting for it."""
        wait = self.draws.between(f"later {worker.name} {worker.calls}", 0, LATER - 1)
        self.at(self.now + wait, call_and_discard, worker.effect, *worker.arguments)

    def _refused_in_part(self, worker: Worker) -> Callable[..., Any]:
        def refusing(*arguments: Any) -> Any:
            self._refusing = worker.name
            try:
                return worker.effect(*arguments)
            finally:
                self._refusing = ""

        return refusing
