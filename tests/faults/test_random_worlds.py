"""Random worlds under moto end without a violation, and are reproducible."""

import pytest

from tests.faults.campaign import replay_command, run_random_world
from tests.support.template import Templates

WORLDS = 10


@pytest.mark.parametrize("seed", range(WORLDS))
def test_a_random_world_ends_well(templates: Templates, seed: int) -> None:
    run, violation = run_random_world(templates, seed)

    report = "\n".join(
        [*map(str, run.injected), f"{violation}", f"Replay it: {replay_command(seed)}"]
    )
    assert violation is None, report


def test_the_same_seed_is_the_same_world(templates: Templates) -> None:
    one, _ = run_random_world(templates, 3)
    other, _ = run_random_world(templates, 3)

    assert one.injected
    assert list(map(str, one.injected)) == list(map(str, other.injected))
    assert one.world.hook.calls == other.world.hook.calls
