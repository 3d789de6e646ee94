"""How a mistake is seeded_bug: into a rule or a port in memory, or into a row of the map."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from events.envelope import Fact
from functions.framework.service import Consumer, Relay
from functions.map import BUS, CONSUMERS

type Patch = pytest.MonkeyPatch
type Rows = tuple[Sequence[Consumer], Relay]
type SeededBug = Callable[[Patch], Rows]

SEEDED_BUGS: dict[str, SeededBug] = {}


def seeded_bug(plant: SeededBug) -> SeededBug:
    """Add a mistake to the catalogue, under its name."""
    SEEDED_BUGS[plant.__name__] = plant
    return plant


def with_reaction(name: str, event: type[Fact], react: Callable[..., Any]) -> Rows:
    """Return the map with another reaction of one consumer to one type."""

    def changed(consumer: Consumer) -> Consumer:
        if consumer.name != name:
            return consumer
        on = tuple(
            replace(each, react=react) if each.event is event else each for each in consumer.on
        )
        return replace(consumer, on=on)

    return tuple(changed(each) for each in CONSUMERS), BUS
