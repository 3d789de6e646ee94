"""Seeding of bugs: into a rule or a port in memory, or into a row of the map."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from events.envelope import Fact
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.map import BUS, CONSUMERS
from simulation.campaign import Rows

type Patch = pytest.MonkeyPatch
type SeedBug[R] = Callable[[Patch], R]

SEEDED_BUGS: dict[str, SeedBug[Rows]] = {}


def catalogued[R](catalogue: dict[str, SeedBug[R]]) -> Callable[[SeedBug[R]], SeedBug[R]]:
    """Return a decorator that adds a bug to a catalogue, under its name."""

    def add(bug: SeedBug[R]) -> SeedBug[R]:
        catalogue[bug.__name__] = bug
        return bug

    return add


seeded_bug = catalogued(SEEDED_BUGS)


def with_reactions(name: str, change: Callable[[On], On | None]) -> Rows:
    """Return the map with each reaction of one consumer changed, or left out for None."""

    def changed(consumer: Consumer) -> Consumer:
        if consumer.name != name:
            return consumer
        return replace(consumer, on=tuple(new for on in consumer.on if (new := change(on))))

    return tuple(changed(each) for each in CONSUMERS), BUS


def with_reaction(name: str, event: type[Fact], react: Callable[..., Any]) -> Rows:
    """Return the map with another reaction of one consumer to one type."""
    return with_reactions(name, lambda on: replace(on, react=react) if on.event is event else on)
