"""Injector of faults: it decides what each call, worker, message and consumer meets."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from simulation import chances
from simulation.calls import OFTEN
from simulation.draws import Draws, share
from simulation.faults import Fault, InjectedFault
from simulation.worker import Worker

ALWAYS = 1.0


class Bounds(dict[int, int]):
    """The bound below which a number means a fault, by how often a call meets faults."""

    def __init__(self, chance: float) -> None:
        """`chance` is the share of most calls that meet a fault."""
        super().__init__()
        self._chance = chance

    def __missing__(self, often: int) -> int:
        """Return the bound of a call that meets faults so many times as often."""
        found = self._chance if often == 1 else min(often * self._chance, max(OFTEN, self._chance))
        self[often] = share(found)
        return self[often]


class Injector:
    """The faults of one world.

    While `fault_free`, no fault is injected. `injected` has faults by key, `consequences` those
    that follow from other faults. `aimed` names the consumers that the world aims at.
    """

    def __init__(
        self,
        draws: Draws,
        *,
        chance: float,
        excluded: AbstractSet[str] = frozenset(),
        aimed: AbstractSet[str] = frozenset(),
        aimed_chance: float = 0,
    ) -> None:
        """`chance` is the share of calls that meet a fault, `excluded` the keys of faults to omit.

        `aimed_chance` is that share of calls of the consumers that the world aims at.
        """
        self.draws = draws
        self.now = 0
        self.fault_free = False
        self.aimed = aimed
        self.injected: dict[str, InjectedFault] = {}
        self.consequences: list[InjectedFault] = []
        self.broken: Callable[[Worker], bool] | None = None
        self.on_fault: Callable[[Worker, Fault], None] = lambda _, __: None
        self._bounds = Bounds(chance)
        self._aimed_bounds = Bounds(aimed_chance)
        self._excluded = excluded

    def chances(self, consumer: str) -> chances.Chances:
        """Return the chances of what befalls a consumer."""
        return chances.AIMED if consumer in self.aimed else chances.USUAL

    def inject(
        self,
        target: str,
        fault: Fault,
        chance: float = ALWAYS,
        *,
        at: int | None = None,
        detail: str = "",
    ) -> bool:
        """Inject a fault, with this chance, into something other than a call; return success."""
        if self.fault_free:
            return False
        key = f"{fault} {target}"
        if key in self._excluded or (chance < ALWAYS and not self.draws.happens(key, chance)):
            return False
        when = self.now if at is None else at
        self.injected[key] = InjectedFault(
            at=when, target=target, call="", fault=fault, detail=detail
        )
        return True

    def note(self, target: str, fault: Fault) -> None:
        """Note a fault that follows from others, and so cannot be excluded by itself."""
        self.consequences.append(InjectedFault(at=self.now, target=target, call="", fault=fault))

    def draw_fault(self, worker: Worker, number: int) -> Fault | None:
        """Return the fault that a call meets, unless that one is excluded."""
        key = f"{worker.name} {worker.calls}"
        if key in self._excluded:
            return None
        faults = worker.call.faults
        fault = faults[number % len(faults)]
        self.injected[key] = InjectedFault(
            at=self.now, target=worker.name, call=worker.call, fault=fault
        )
        self.on_fault(worker, fault)
        return fault

    def times_out(self, worker: Worker) -> Fault | None:
        """Let Lambda end a worker during a call, unless that is excluded."""
        key = f"timed out {worker.name} {worker.calls}"
        if key in self._excluded:
            return None
        detail = f" ({worker.call})"
        self.injected[key] = InjectedFault(
            at=self.now, target=worker.name, call="", fault="timed out", detail=detail
        )
        self.on_fault(worker, "timed out")
        return "timed out"
