"""The sweep: every call of every function meets every fault, each in a world of its own.

A scenario runs once without faults. Before each run of a function the world is saved; from there it
continues once for each call and fault, to the scenario's end and until it is at rest.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from simulation.invariants.violation import Violation
from tests.faults import moto_state
from tests.faults.deployment import Deployment, SavedWorld, deployment
from tests.faults.fingerprint import Fingerprint, fingerprint
from tests.faults.injection import Fault, applicable
from tests.faults.request_hook import Call
from tests.faults.runs import CONSUMERS, TICK, attempt
from tests.faults.scenarios import Act, SweepScenario, rest
from tests.support.template import Templates

type CallPath = tuple[str, ...]
"""A function, its trigger, and its calls up to this one."""


@dataclass(frozen=True, kw_only=True)
class FunctionRun:
    """A run of a function: the world before it, and the acts after it.

    `consumer` is the one whose messages it takes, if any.
    """

    saved: SavedWorld
    act: Act
    after: Sequence[Act]
    calls: Sequence[Call]
    consumer: str | None


class KnownWorlds:
    """The worlds that are known to end well; a world that equals one of them may stop."""

    def __init__(self) -> None:
        self._known: set[tuple[int, Fingerprint]] = set()
        self._path: set[tuple[int, Fingerprint]] = set()

    def known(self, world: Deployment, after: Sequence[Act]) -> bool:
        """Return whether a world with these acts to come ends well, and note its fingerprint."""
        here = (len(after), fingerprint(world))
        self._path.add(here)
        return here in self._known

    def ended_well(self) -> None:
        """Add all fingerprints of the current world."""
        self._known |= self._path
        self._path = set()

    def discard(self) -> None:
        """Drop the fingerprints of the current world."""
        self._path = set()


def sweep(
    templates: Templates, scenario: SweepScenario, wanted: Callable[[CallPath], bool]
) -> Generator[tuple[Call, Fault, Violation | None]]:
    """Run a scenario once for each wanted call and fault; yield each with its violation, if any."""
    met: set[CallPath] = set()
    known_worlds = KnownWorlds()
    with deployment(templates) as world:
        for run in list(_function_runs(world, scenario, known_worlds)):
            for path, call in _with_paths(run.calls):
                if path in met or not wanted(path):
                    continue
                met.add(path)
                for fault in applicable(call.operation):
                    yield call, fault, _run_with_fault(world, run, call, fault, known_worlds)


def call_paths(templates: Templates, scenarios: Sequence[SweepScenario]) -> dict[CallPath, str]:
    """Return all paths, each with the first scenario that has it."""
    found: dict[CallPath, str] = {}
    for scenario in scenarios:
        with deployment(templates) as world:
            _play(world, scenario.acts, None)
            for path, _ in _with_paths(world.hook.calls):
                found.setdefault(path, scenario.name)
    return found


def _steps(world: Deployment, acts: Sequence[Act]) -> Iterator[tuple[Act, Sequence[Act]]]:
    """Yield each act and, at each `rest`, the steps of the world, with the acts to come."""
    for index, act in enumerate((*acts, rest)):
        if act is rest:
            for step in world.steps():
                yield step, acts[index:]
        else:
            yield act, acts[index + 1 :]


def _function_runs(
    world: Deployment, scenario: SweepScenario, known_worlds: KnownWorlds
) -> Iterator[FunctionRun]:
    """Play a scenario without faults, and yield every run of a function in it."""
    for step, after in _steps(world, scenario.acts):
        saved, before = world.save(), len(world.hook.calls)
        step(world)
        world.recorded.raise_violation()
        known_worlds.known(world, after)
        calls = world.hook.calls[before:]
        if calls:
            function = calls[0].function
            consumer = function if function in CONSUMERS and calls[0].trigger != TICK else None
            yield FunctionRun(saved=saved, act=step, after=after, calls=calls, consumer=consumer)
    world.check_at_rest()
    known_worlds.ended_well()


def _run_with_fault(
    world: Deployment, run: FunctionRun, wanted: Call, fault: Fault, known_worlds: KnownWorlds
) -> Violation | None:
    """Inject a fault into one call of a run; return the violation, if any.

    The run is repeated as soon as possible: by its source, or by the client that got no answer.
    Requests that are still in flight take effect after that.
    """
    injected: list[Call] = []

    def choose_fault(call: Call) -> Fault | None:
        if injected or call != wanted:
            return None
        injected.append(call)
        return fault

    world.restore(run.saved)
    try:
        world.hook.choose_fault = choose_fault
        attempt(partial(run.act, world))
        assert injected, f"{wanted} was not made again"
        _repeat(world, run)
        _play(world, run.after, known_worlds)
    except Violation as violation:
        known_worlds.discard()
        return violation
    known_worlds.ended_well()
    return None


def _repeat(world: Deployment, run: FunctionRun) -> None:
    world.recorded.raise_violation()
    if run.consumer:
        world.clock.shift(moto_state.hidden_for(world.queue[run.consumer]) or 0)
        world.clock.shift(0.001)
    attempt(partial(run.act, world))
    while world.hook.in_flight:
        world.hook.in_flight.pop(0)()
    world.recorded.raise_violation()


def _play(world: Deployment, acts: Sequence[Act], known_worlds: KnownWorlds | None) -> None:
    """Play acts to the end, or until the world is known to end well."""
    if known_worlds and known_worlds.known(world, acts):
        return
    for step, after in _steps(world, acts):
        if step in acts:
            step(world)
            continue
        attempt(partial(step, world))
        world.recorded.raise_violation()
        if known_worlds and known_worlds.known(world, after):
            return
    world.check_at_rest()


def _with_paths(calls: Sequence[Call]) -> Iterator[tuple[CallPath, Call]]:
    """Yield calls, each with its path; a function's first call begins a run.

    Of equal calls in a row, those from the third on have the path of the second.
    """
    path: list[str] = []
    for call in calls:
        path = [] if call.nth == 1 else path
        step = f"{call.operation} {call.about}"
        if path[-2:] != [step, step]:
            path.append(step)
        yield (call.function, call.trigger, *path), call
