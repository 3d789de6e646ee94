"""Seeding of bugs: each is the wrong code, under a decorator that names its place."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from events.envelope import Fact
from functions.framework.reaction import On
from functions.map import BUS, CONSUMERS
from simulation.campaign import ROWS, Rows

type Code = Callable[..., Any]
type Patch = pytest.MonkeyPatch
type Seed = Callable[[Patch], Rows]
"""Seeds a bug: patches code for it, or returns other rows of the map."""


def with_reactions(name: str, change: Callable[[On], On | None]) -> Seed:
    """Change each reaction of one consumer, or leave it out for None."""
    consumers = [
        replace(each, on=tuple(new for on in each.on if (new := change(on))))
        if each.name == name
        else each
        for each in CONSUMERS
    ]
    return lambda _: (consumers, BUS)


def patched(target: str, value: object) -> Seed:
    """Patch a value, by its import path."""

    def seed(patch: Patch) -> Rows:
        patch.setattr(target, value)
        return ROWS

    return seed


class Catalogue(dict[str, Seed]):
    """Seeded bugs by name; its decorators add one under the name of its code."""

    def in_place_of(self, target: str) -> Callable[[Code], Code]:
        """Seed code in place of a function or method, by its import path."""

        return self._adding(partial(patched, target))

    def reaction(self, name: str, event: type[Fact]) -> Callable[[Code], Code]:
        """Seed code as one consumer's reaction to a type."""
        return self._adding(
            lambda code: with_reactions(
                name, lambda on: replace(on, react=code) if on.event is event else on
            )
        )

    def publishing(self, code: Code) -> Code:
        """Seed code as the publishing of the relay."""
        return self._adding(lambda code: lambda _: (CONSUMERS, replace(BUS, publish=code)))(code)

    def seed(self, seed: Seed) -> Seed:
        """Add a bug of several changes."""
        self[seed.__name__] = seed
        return seed

    def _adding(self, seed: Callable[[Code], Seed]) -> Callable[[Code], Code]:
        def add(code: Code) -> Code:
            self[code.__name__] = seed(code)
            return code

        return add


SEEDED_BUGS = Catalogue()
