"""Worlds by chance, on the wire."""

import pytest

from tests.faults.campaign import again, by_chance
from tests.support.template import Templates

WORLDS = 20


@pytest.mark.parametrize("seed", range(WORLDS))
def test_a_world_by_chance_ends_well(templates: Templates, seed: int) -> None:
    chance, violation = by_chance(templates, seed)

    told = "\n".join([*map(str, chance.fired), f"{violation}", f"Replay it: {again(seed)}"])
    assert violation is None, told


def test_the_same_seed_is_the_same_world(templates: Templates) -> None:
    one, _ = by_chance(templates, 3)
    other, _ = by_chance(templates, 3)

    assert one.fired
    assert list(map(str, one.fired)) == list(map(str, other.fired))
    assert one.world.wire.calls == other.world.wire.calls
