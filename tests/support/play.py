"""Reactions without anything around them: each yielded fact is answered by hand."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from events.envelope import Event, Fact
from functions.framework.reaction import Decision, Fill, Keep, Steps


@dataclass(frozen=True)
class Played:
    """What a reaction yielded on its way, and what it decided in the end."""

    yielded: list[Fill]
    decided: Fill | None


def play(reaction: Steps | Decision, *answers: Event[Any] | Exception) -> Played:
    """Run a reaction; the answers are what was found in the slots, or an error to raise there."""
    if not isinstance(reaction, Generator):
        return Played([], _fill(reaction))
    yielded: list[Fill] = []
    left = list(answers)
    try:
        step = next(reaction)
        while True:
            yielded.append(_sure(step))
            answer = left.pop(0)
            step = (
                reaction.throw(answer) if isinstance(answer, Exception) else reaction.send(answer)
            )
    except StopIteration as stop:
        assert not left, f"{left} was not asked for"
        return Played(yielded, _fill(stop.value))


def _fill(decision: Decision) -> Fill | None:
    assert not isinstance(decision, Keep), "rows are for projections"
    return None if decision is None else _sure(decision)


def _sure(decided: Fact | Fill) -> Fill:
    """Return the decision with its slot, named or not."""
    fill = decided if isinstance(decided, Fill) else Fill(fact=decided)
    return Fill(fact=fill.fact, slot=fill.slot or fill.fact.slots[0], changes=fill.changes)
