"""The engine: a virtual clock, what is to happen when, and the fate of every call of a port."""

from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any

from simulation.clock import BEGIN, MINUTE, SECOND
from simulation.draws import Draws, share
from simulation.faults import DONE_LATER, OFTEN, RARE, Fault, InjectedFault, possible
from simulation.invariants.violation import Violation, comes_to_rest, no_function_fails_by_itself
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
"""The longest that a call takes, that a slow one takes, that one is under way whose caller is gone
(a TCP connection that nobody tends is given up long before), and that a worker stands still: longer
than any queue hides a message."""

CERTAIN = 1.0

WRONG = 5 * MINUTE
"""By how much a machine's clock may be wrong, either way; every other one's is right."""

TOO_MANY = 500_000
"""Steps after which a world is held to be going round in circles."""


class Engine:
    """Lets things happen one after the other, as the seed wants it."""

    def __init__(
        self, draws: Draws, *, chance: float, without: AbstractSet[str] = frozenset()
    ) -> None:
        """Take the luck, the share of calls that meet a fault, and faults that are spared."""
        self.draws = draws
        self.now = 0
        self.steps = 0
        self.trace = 0
        self.busy = 0
        self.calm = False
        self.hurries = True
        self.fired: dict[str, InjectedFault] = {}
        self.noted: list[InjectedFault] = []
        self.tried: Counter[str] = Counter()
        self.broken: Callable[[Worker], bool] | None = None
        self.on_fault: Callable[[Worker, Fault], None] = lambda _, __: None
        self._chance = share(chance)
        self._chances = {call: share(min(by * chance, OFTEN)) for call, by in RARE.items()}
        self._without = without
        self._agenda: list[tuple[int, int, Callable[..., object] | None, Any]] = []
        self._entries = 0
        self._threads = Threads()
        self._refusing = ""

    def clock(self) -> datetime:
        """Return the time as whoever asks believes it to be."""
        return BEGIN + timedelta(0, 0, 1000 * (self.now + skew()))

    def at[*A](self, when: int, action: Callable[[*A], object], *arguments: *A) -> None:
        """Let something happen at a time (ms), or now if that is over."""
        self._entries += 1
        heappush(self._agenda, (max(when, self.now), self._entries, action, arguments))

    def run(self) -> None:
        """Let happen what is to happen, until nothing is left."""
        agenda = self._agenda
        while agenda:
            self.now, _, action, about = heappop(agenda)
            self.steps += 1
            if self.steps > TOO_MANY:
                raise Violation(comes_to_rest, "everything")
            if action is None:
                self._go_on(about)
            else:
                action(*about)

    def close(self) -> None:
        """End all workers that there still are; nothing happens any more."""
        self._threads.close()

    def inject(
        self,
        who: str,
        fault: Fault,
        chance: float = CERTAIN,
        *,
        at: int | None = None,
        more: str = "",
    ) -> bool:
        """Tell whether a fault that is no call's happens, with this chance, and note it if so."""
        if self.calm:
            return False
        what = f"{fault} {who}"
        if what in self._without or (chance < CERTAIN and not self.draws.happens(what, chance)):
            return False
        when = self.now if at is None else at
        self.fired[what] = InjectedFault(at=when, worker=who, call="", fault=fault, more=more)
        return True

    def note(self, who: str, fault: Fault) -> None:
        """Note what follows from other faults, and so is not to be spared by itself."""
        self.noted.append(InjectedFault(at=self.now, worker=who, call="", fault=fault))

    def refuses(self, message: str) -> bool:
        """Tell whether the topic refuses a message of the batch that it is given just now."""
        return bool(self._refusing) and self.draws.happens(f"{self._refusing} {message}", 0.5)

    def start(
        self,
        worker: Worker,
        ended: Callable[[], object] | None = None,
        luck: Iterator[int] | None = None,
    ) -> None:
        """Let a worker do its work, with luck of its own if it is given none.

        `ended` is done once it has ended or died.
        """
        worker.ended = ended
        worker.passes = self._passes
        worker.row = self.draws.row
        worker.luck = luck or self.draws.row(worker.name)
        by, right = divmod(next(worker.luck), 2)
        if not right:
            worker.skew = by % (2 * WRONG + 1) - WRONG
        self._wait(worker, self.now)

    def _wait(self, worker: Worker, until: int) -> None:
        """Let a worker go on at a time."""
        self._entries += 1
        heappush(self._agenda, (until, self._entries, None, worker))

    def _passes(self, worker: Worker) -> bool:
        """Decide the fate of a worker's call; tell whether it is through before all else."""
        now = self.busy = self.now
        call = worker.call
        worker.calls += 1
        luck = next(worker.luck)
        fault: Fault | None = None
        if self.broken is not None and self.broken(worker):
            fault = "throttled"
            self.on_fault(worker, fault)
        elif luck < self._chances.get(call, self._chance) and not self.calm:
            fault = self._strikes(worker, next(worker.luck))
        self.tried[call] += 1
        self.trace = hash((self.trace, now, luck))
        due = now + 1 + luck % (SLOW if fault == "slow" else QUICK)
        if due > worker.deadline and fault in (None, "slow"):
            fault = self._times_out(worker)
        agenda = self._agenda
        if fault is not None or (agenda and agenda[0][0] <= due) or not self.hurries:
            worker.fault = fault
            self._wait(worker, due)
            return False
        self.now = due
        self.steps += 1
        return True

    def _strikes(self, worker: Worker, which: int) -> Fault | None:
        """Return the fault that a call meets, unless that one is spared."""
        what = f"{worker.name} {worker.calls}"
        if what in self._without:
            return None
        faults = possible(worker.call)
        fault = faults[which % len(faults)]
        self.fired[what] = InjectedFault(
            at=self.now, worker=worker.name, call=worker.call, fault=fault
        )
        self.on_fault(worker, fault)
        return fault

    def _times_out(self, worker: Worker) -> Fault | None:
        """Let Lambda kill a worker during a call, unless it is spared that."""
        what = f"timed out {worker.name} {worker.calls}"
        if what in self._without:
            return None
        more = f" ({worker.call})"
        self.fired[what] = InjectedFault(
            at=self.now, worker=worker.name, call="", fault="timed out", more=more
        )
        self.on_fault(worker, "timed out")
        return "timed out"

    def _bury(self, thread: Thread, worker: Worker) -> None:
        """See how a worker ended that is dead."""
        if worker.failure is not None:
            raise Violation(no_function_fails_by_itself, worker.name, worker.failure)
        self._threads.end(thread)
        if worker.ended is not None:
            self._has_ended(worker)

    def _has_ended(self, worker: Worker) -> None:
        """Let whoever waits for a worker wait no longer."""
        ended, worker.ended = worker.ended, None
        if ended is not None:
            ended()

    def _go_on(self, worker: Worker) -> None:
        """Let a worker begin, or make the call that it waits for, or let it meet its fault."""
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
            self._bury(thread, worker)

    def _apply_fault(self, thread: Thread, worker: Worker, fault: Fault) -> None:
        if fault in DONE_LATER:
            self._later(worker)
        partial = fault == "partial"
        apply_fault(
            thread, worker, fault, self._refused_in_part(worker) if partial else worker.effect
        )

    def _freeze(self, worker: Worker) -> None:
        """Let a worker be taken for dead, and go on with its call a long while later."""
        worker.fault, worker.deadline = None, NEVER
        self._has_ended(worker)
        wait = self.draws.between(f"frozen {worker.name} {worker.calls}", 1, FROZEN)
        self._wait(worker, self.now + wait)

    def _later(self, worker: Worker) -> None:
        """Let a call come through when its worker does not wait for it any more."""
        wait = self.draws.between(f"later {worker.name} {worker.calls}", 0, LATER - 1)
        self.at(self.now + wait, call_and_discard, worker.effect, *worker.arguments)

    def _refused_in_part(self, worker: Worker) -> Callable[..., Any]:
        def once(*arguments: Any) -> Any:
            self._refusing = worker.name
            try:
                return worker.effect(*arguments)
            finally:
                self._refusing = ""

        return once
