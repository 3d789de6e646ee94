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
from tests.faults.likeness import Likeness, likeness
from tests.faults.runs import CONSUMERS, TICK, attempt, hold
from tests.faults.stories import Act, Story, rest
from tests.faults.wire import Call
from tests.support.template import Templates

type Site = tuple[str, ...]
"""A call as a function knows it: what set the function off, and its calls up to this one."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A run of a function: what the world was like before, and what comes after.

    `consumer` is whose messages it takes, if any.
    """

    saved: Saved
    run: Act
    after: Sequence[Act]
    calls: Sequence[Call]
    consumer: str | None


class Ends:
    """The worlds that are known to end well; one that has become like one of them may stop."""

    def __init__(self) -> None:
        self._known: set[tuple[int, Likeness]] = set()
        self._path: set[tuple[int, Likeness]] = set()

    def known(self, world: Deployment, after: Sequence[Act]) -> bool:
        """Tell whether a world with these acts to come ends well, and note that it was here."""
        here = (len(after), likeness(world))
        self._path.add(here)
        return here in self._known

    def well(self) -> None:
        """Note that the world at hand has ended well, and with it all that it went through."""
        self._known |= self._path
        self._path = set()

    def badly(self) -> None:
        """Note nothing of the world at hand."""
        self._path = set()


def tell(world: Deployment, story: Story, ends: Ends) -> Iterator[Moment]:
    """Play a story without faults and yield every run of a function in it."""
    for index, act in enumerate(story.acts):
        if act is rest:
            for step in world.steps():
                yield from _watch(world, step, story.acts[index:], ends)
        else:
            yield from _watch(world, act, story.acts[index + 1 :], ends)
    for step in world.steps():
        yield from _watch(world, step, (), ends)
    world.books.look_at_the_end(list(world.orders.values()))
    hold(world.books)
    ends.well()


def meet(
    world: Deployment, moment: Moment, wanted: Call, fault: Fault, ends: Ends
) -> Violation | None:
    """Let one call of a run meet a fault; return what does not hold then, if anything.

    The run is repeated as soon as it may be: by its source, or by whoever was not answered. What
    was under way comes through after that.
    """
    fired: list[Call] = []

    def fate(call: Call) -> Fault | None:
        if fired or call != wanted:
            return None
        fired.append(call)
        return fault

    world.come_back(moment.saved)
    try:
        world.wire.fate = fate
        attempt(partial(moment.run, world))
        assert fired, f"{wanted} was not made again"
        _again(world, moment)
        _play_on(world, moment.after, ends)
    except Violation as violation:
        ends.badly()
        return violation
    ends.well()
    return None


def _again(world: Deployment, moment: Moment) -> None:
    hold(world.books)
    if moment.consumer:
        world.clock.shift(moto_state.hidden_for(world.queue[moment.consumer]) or 0)
        world.clock.shift(0.001)
    attempt(partial(moment.run, world))
    while world.wire.late:
        world.wire.late.pop(0)()
    hold(world.books)


def _play_on(world: Deployment, after: Sequence[Act], ends: Ends | None) -> None:
    """Play what is left of a story to its end, or until the world is like one that ends well."""
    if ends and ends.known(world, after):
        return
    for index, act in enumerate(after):
        if act is not rest:
            act(world)
            continue
        for step in world.steps():
            attempt(partial(step, world))
            hold(world.books)
            if ends and ends.known(world, after[index:]):
                return
    for step in world.steps():
        attempt(partial(step, world))
        hold(world.books)
        if ends and ends.known(world, ()):
            return
    world.books.look_at_the_end(list(world.orders.values()))
    hold(world.books)


def sites(templates: Templates, stories: Sequence[Story]) -> dict[Site, str]:
    """Return all sites, and the first story that has each."""
    found: dict[Site, str] = {}
    for story in stories:
        with deployment(templates) as world:
            _play_on(world, story.acts, None)
            for site, _ in _sited(world.wire.calls):
                found.setdefault(site, story.name)
    return found


def sweep(
    templates: Templates, story: Story, wanted: Callable[[Site], bool]
) -> Generator[tuple[Call, Fault, Violation | None]]:
    """Let the wanted sites of a story meet all faults, each fault once; yield what came of each."""
    met: set[Site] = set()
    ends = Ends()
    with deployment(templates) as world:
        for moment in list(tell(world, story, ends)):
            for site, call in _sited(moment.calls):
                if site in met or not wanted(site):
                    continue
                met.add(site)
                for fault in applicable(call.operation):
                    yield call, fault, meet(world, moment, call, fault, ends)


def _watch(world: Deployment, run: Act, after: Sequence[Act], ends: Ends) -> Iterator[Moment]:
    saved, before = world.save(), len(world.wire.calls)
    run(world)
    hold(world.books)
    ends.known(world, after)
    calls = world.wire.calls[before:]
    if calls:
        function = calls[0].function
        consumer = function if function in CONSUMERS and calls[0].trigger != TICK else None
        yield Moment(saved=saved, run=run, after=after, calls=calls, consumer=consumer)


def _sited(calls: Sequence[Call]) -> Iterator[tuple[Site, Call]]:
    """Yield calls, each with its site; a function's first call begins a run.

    Of calls that a loop makes one after the other, those from the third on are where the second is.
    """
    said: list[str] = []
    for call in calls:
        said = [] if call.nth == 1 else said
        what = f"{call.operation} {call.about}"
        if said[-2:] != [what, what]:
            said.append(what)
        yield (call.function, call.trigger, *said), call
