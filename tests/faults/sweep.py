"""The sweep: every call of every function meets every fault, each in a world of its own.

A scenario runs once without faults. Before each run of a function the world is saved; from there it
continues once for each call and fault, to the scenario's end and until it is at rest.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from simulation.invariants.violation import Violation
from tests.faults.deployment import CONSUMERS, TICK, Deployment, deployment
from tests.faults.fingerprint import fingerprint
from tests.faults.injection import Fault, applicable
from tests.faults.request_hook import Call, attempt
from tests.faults.scenarios import Act, rest
from tests.support.template import Templates

type CallPath = tuple[str, ...]
"""A function, its trigger, and its calls up to this one."""

type Met = set[tuple[int, bool, tuple[object, ...]]]
"""Worlds that were met: how many acts are to come, whether one is next, and the fingerprint."""


@dataclass(frozen=True, kw_only=True)
class FunctionRun:
    """A run of a function: the world before it, the act that causes it, and the acts after it."""

    saved: Any
    act: Act
    after: Sequence[Act]
    calls: Sequence[Call]


def sweep(
    templates: Templates, scenario: Sequence[Act], wanted: Callable[[CallPath], bool]
) -> Generator[tuple[Call, Fault, Violation | None]]:
    """Run a scenario once for each wanted call and fault; yield each with its violation, if any."""
    swept: set[CallPath] = set()
    end_well: Met = set()
    with deployment(templates) as world:
        for run in list(_function_runs(world, scenario, end_well)):
            for path, call in _with_paths(run.calls):
                if path in swept or not wanted(path):
                    continue
                swept.add(path)
                for fault in applicable(call.operation):
                    yield call, fault, _run_with_fault(world, run, call, fault, end_well)


def call_paths(templates: Templates, scenarios: Mapping[str, Sequence[Act]]) -> dict[CallPath, str]:
    """Return all paths, each with the first scenario that has it."""
    found: dict[CallPath, str] = {}
    for name, scenario in scenarios.items():
        with deployment(templates) as world:
            for step, _ in _steps(world, scenario):
                step(world)
            world.check_at_rest()
            for path, _ in _with_paths(world.hook.calls):
                found.setdefault(path, name)
    return found


def _steps(world: Deployment, acts: Sequence[Act]) -> Iterator[tuple[Act, Sequence[Act]]]:
    """Yield each act and, at each `rest`, the steps of the world, with the acts to come."""
    for index, act in enumerate((*acts, rest)):
        if act is rest:
            for step in world.steps():
                yield step, acts[index:]
        else:
            yield act, acts[index + 1 :]


def _function_runs(world: Deployment, scenario: Sequence[Act], met: Met) -> Iterator[FunctionRun]:
    """Play a scenario without faults, and yield every run of a function in it."""
    for step, after in _steps(world, scenario):
        met.add((len(after), step in scenario, fingerprint(world)))
        saved, before = world.save(), len(world.hook.calls)
        step(world)
        if calls := world.hook.calls[before:]:
            yield FunctionRun(saved=saved, act=step, after=after, calls=calls)
    world.check_at_rest()


def _run_with_fault(
    world: Deployment, run: FunctionRun, wanted: Call, fault: Fault, end_well: Met
) -> Violation | None:
    """Inject a fault into one call of a run; return the violation, if any.

    The run is repeated as soon as possible: by its source, or by the client that got no answer.
    Requests that are still in flight take effect after that.
    """
    faults = {wanted: fault}
    world.restore(run.saved)
    world.hook.choose_fault = lambda call: faults.pop(call, None)
    try:
        attempt(partial(run.act, world))
        assert not faults, f"{wanted} was not made again"
        if wanted.function in CONSUMERS and wanted.trigger != TICK:
            world.wait_for_visibility(wanted.function)
        attempt(partial(run.act, world))
        while world.hook.in_flight:
            world.hook.in_flight.pop(0)()
        end_well |= _play(world, run.after, end_well)
    except Violation as violation:
        return violation
    return None


def _play(world: Deployment, acts: Sequence[Act], end_well: Met) -> Met:
    """Play acts to the end, or until the world is known to end well; return all worlds met."""
    met: Met = set()
    for step, after in _steps(world, acts):
        here = (len(after), step in acts, fingerprint(world))
        if here in end_well:
            return met
        met.add(here)
        if step in acts:
            step(world)
        else:
            attempt(partial(step, world))
    world.check_at_rest()
    return met


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
