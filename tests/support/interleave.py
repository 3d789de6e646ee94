"""Workers on the simulator's stepped ports: a test decides which goes on, and which dies."""

from collections.abc import Callable
from functools import partial
from typing import Any

from simulation import worker as simulated
from simulation.faults import Fault
from simulation.worker import Thread, answer, apply_fault

DEATHS: tuple[Fault, ...] = ("die before", "die after", "die, done later")


class Worker(simulated.Worker):
    """Some work that stops before each call of a stepped port.

    Calls that complete only after the worker's death are added to `late`.
    """

    def __init__(self, work: Callable[[Any], object], late: list[Callable[[], object]]) -> None:
        super().__init__("test", "test", work)
        self.completes_at_once = lambda _: False
        self._late = late
        self._thread = Thread()
        self._thread.worker = self
        self._thread.switch()

    @property
    def done(self) -> bool:
        return self.dead

    @property
    def error(self) -> Exception | None:
        return self.failure

    def step(self, fault: Fault | None = None) -> None:
        """Make the call before which it stopped, or apply a fault; return when it stops again."""
        if fault is None:
            answer(self._thread, self, self.effect)
            return
        if fault == "die, done later":
            self._late.append(partial(self.effect, *self.arguments))
        apply_fault(self._thread, self, fault, self.effect)

    def end(self) -> None:
        if not self.done:
            self.step("die before")
