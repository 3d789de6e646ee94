"""Fixtures of the simulator's tests."""

import pytest

from simulation.world import World
from tests.simulation.seeded_bugs import SEEDED_BUGS


@pytest.fixture
def buggy_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seed a bug into every campaign."""
    rows = SEEDED_BUGS["it_confirms_the_losing_reference"](monkeypatch)
    monkeypatch.setattr(
        "simulation.campaign.World",
        lambda scenario, **_: World(scenario, consumers=rows[0], relay=rows[1]),
    )
