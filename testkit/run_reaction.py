"""Runs of reactions without a log: the test gives the event that holds the slot of each fact."""

from collections.abc import Generator
from typing import Any, NamedTuple

from events.envelope import Event, Fact
from functions.framework.reaction import Decision, Fill, Keep, Steps


class Result(NamedTuple):
    """The facts that a reaction yielded, and its decision."""

    yielded: list[Fill]
    decided: Fill | None


def run_reaction(reaction: Steps | Decision, *held: Event[Any] | Exception) -> Result:
    """Run a reaction; `held` are the events in the slots of its facts, or errors to raise."""
    if not isinstance(reaction, Generator):
        return Result([], _fill(reaction))
    yielded: list[Fill] = []
    left = list(held)
    try:
        step = next(reaction)
        while True:
            yielded.append(_with_slot(step))
            event = left.pop(0)
            step = reaction.throw(event) if isinstance(event, Exception) else reaction.send(event)
    except StopIteration as stop:
        assert not left, f"the reaction ended before {left}"
        return Result(yielded, _fill(stop.value))


def _fill(decision: Decision) -> Fill | None:
    assert not isinstance(decision, Keep), "only projections put rows"
    return None if decision is None else _with_slot(decision)


def _with_slot(decided: Fact | Fill) -> Fill:
    fill = decided if isinstance(decided, Fill) else Fill(fact=decided)
    return Fill(fact=fill.fact, slot=fill.slot or fill.fact.slots[0], changes=fill.changes)
