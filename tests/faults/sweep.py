"""The sweep: every call of every function meets every fault, each in a world of its own.

A story is told once without faults. Before each run of a function the world is saved; from there it
goes on again once for each call and fault, to the story's end and until all is quiet.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from simulation.invariants.violation import Violation
from tests.faults import moto_state
from tests.faults.deployment import Deployment, Saved, deployment
from tests.faults.injection import Fault, applicable
from tests.faults.fingerprint import Fingerprint, fingerprint
from tests.faults.runs import CONSUMERS, TICK, attempt, raise_violation
from tests.faults.scenarios import Act, SweepScenario, rest
from tests.faults.request_hook import Call
from tests.support.template import Templates

type CallPath = tuple[str, ...]
"""A call as a function knows it: what set the function off, and its calls up to this one."""


@dataclass(frozen=True, kw_only=True)
class FunctionRun:
    """A run of a function: what the world was like before, and what comes after.

    `consumer` is whose messages it takes, if any.
    """

    saved: Saved
    act: Act
    after: Sequence[Act]
    calls: Sequence[Call]
    consumer: str | None


class KnownWorlds:
    """The worlds that are known to end well; one that has become like one of them may stop."""

    def __init__(self) -> None:
        self._known: set[tuple[int, Fingerprint]] = set()
        self._path: set[tuple[int, Fingerprint]] = set()

    def known(self, world: Deployment, after: Sequence[Act]) -> bool:
        """Tell whether a world with these acts to come ends well, and note that it was here."""
        here = (len(after), fingerprint(world))
        self._path.add(here)
        return here in self._known

    def ended_well(self) -> None:
        """Note that the world at hand has ended well, and with it all that it went through."""
        self._known |= self._path
        self._path = set()

    def discard(self) -> None:
        """Note nothing of the world at hand."""
        self._path = set()


def function_runs(world: Deployment, scenario: SweepScenario, known_worlds: KnownWorlds) -> Iterator[FunctionRun]:
    """Play a scenario without faults and yield every run of a function in it."""
    for index, act in enumerate(scenario.acts):
        if act is rest:
            for step in world.steps():
                yield from _runs_of(world, step, scenario.acts[index:], known_worlds)
        else:
            yield from _runs_of(world, act, scenario.acts[index + 1 :], known_worlds)
    for step in world.steps():
        yield from _runs_of(world, step, (), known_worlds)
    world.recorded.check_at_rest(list(world.orders.values()))
    raise_violation(world.recorded)
    known_worlds.ended_well()


def run_with_fault(
    world: Deployment, run: FunctionRun, wanted: Call, fault: Fault, known_worlds: KnownWorlds
) -> Violation | None:
    """Let one call of a run meet a fault; return what does not hold then, if anything.

    The run is repeated as soon as it may be: by its source, or by whoever was not answered. What
    was under way comes through after that.
    """
    injected: list[Call] = []

    def fate(call: Call) -> Fault | None:
        if injected or call != wanted:
            return None
        injected.append(call)
        return fault

    world.restore(run.saved)
    try:
        world.hook.choose_fault = fate
        attempt(partial(run.act, world))
        assert injected, f"{wanted} was not made again"
        _again(world, run)
        _play(world, run.after, known_worlds)
    except Violation as violation:
        known_worlds.discard()
        return violation
    known_worlds.ended_well()
    return None


def _again(world: Deployment, run: FunctionRun) -> None:
    raise_violation(world.recorded)
    if run.consumer:
        world.clock.shift(moto_state.hidden_for(world.queue[run.consumer]) or 0)
        world.clock.shift(0.001)
    attempt(partial(run.act, world))
    while world.hook.in_flight:
        world.hook.in_flight.pop(0)()
    raise_violation(world.recorded)


def _play(world: Deployment, after: Sequence[Act], known_worlds: KnownWorlds | None) -> None:
    """Play what is left of a scenario to its end, or until the world is like one that ends well."""
    if known_worlds and known_worlds.known(world, after):
        return
    for index, act in enumerate(after):
        if act is not rest:
            act(world)
            continue
        for step in world.steps():
            attempt(partial(step, world))
            raise_violation(world.recorded)
            if known_worlds and known_worlds.known(world, after[index:]):
                return
    for step in world.steps():
        attempt(partial(step, world))
        raise_violation(world.recorded)
        if known_worlds and known_worlds.known(world, ()):
            return
    world.recorded.check_at_rest(list(world.orders.values()))
    raise_violation(world.recorded)


def call_paths(templates: Templates, scenarios: Sequence[SweepScenario]) -> dict[CallPath, str]:
    """Return all call_paths, and the first scenario that has each."""
    found: dict[CallPath, str] = {}
    for scenario in scenarios:
        with deployment(templates) as world:
            _play(world, scenario.acts, None)
            for path, _ in _with_sites(world.hook.calls):
                found.setdefault(path, scenario.name)
    return found


def sweep(
    templates: Templates, scenario: SweepScenario, wanted: Callable[[CallPath], bool]
) -> Generator[tuple[Call, Fault, Violation | None]]:
    """Let the wanted call_paths of a scenario meet all faults, each fault once; yield what came of each."""
    met: set[CallPath] = set()
    ends = KnownWorlds()
    with deployment(templates) as world:
        for run in list(function_runs(world, scenario, known_worlds)):
            for path, call in _with_sites(run.calls):
                if path in met or not wanted(path):
                    continue
                met.add(path)
                for fault in applicable(call.operation):
                    yield call, fault, run_with_fault(world, run, call, fault, known_worlds)


def _runs_of(world: Deployment, act: Act, after: Sequence[Act], known_worlds: KnownWorlds) -> Iterator[FunctionRun]:
    saved, before = world.save(), len(world.hook.calls)
    run(world)
    raise_violation(world.recorded)
    known_worlds.known(world, after)
    calls = world.hook.calls[before:]
    if calls:
        function = calls[0].function
        consumer = function if function in CONSUMERS and calls[0].trigger != TICK else None
        yield FunctionRun(saved=saved, act=act, after=after, calls=calls, consumer=consumer)


def _with_sites(calls: Sequence[Call]) -> Iterator[tuple[CallPath, Call]]:
    """Yield calls, each with its path; a function's first call begins a run.

    Of calls that a loop makes one after the other, those from the third on are where the second is.
    """
    path: list[str] = []
    for call in calls:
        path = [] if call.nth == 1 else path
        what = f"{call.operation} {call.about}"
        if path[-2:] != [what, what]:
            path.append(what)
        yield (call.function, call.trigger, *path), call
