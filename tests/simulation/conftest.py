"""What the simulator's tests share."""

import pytest

from simulation.world import World
from tests.simulation.seeded_bugs import it_confirms_the_losing_reference


@pytest.fixture
def buggy_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """SeededBug a mistake in what every campaign runs."""
    rows = it_confirms_the_losing_reference(monkeypatch)
    monkeypatch.setattr(
        "simulation.campaign.World",
        lambda scenario, **_: World(scenario, consumers=rows[0], relay=rows[1]),
    )
