"""What was found: seeds that broke an invariant once, with the rule as it was then and as it is."""

import pytest

from simulation.campaign import run
from simulation.scenario import Scenario
from tests.simulation.seeded_bugs import SEEDED_BUGS

FOUND = [
    ("an_idempotency_key_is_trusted_to_its_last_minute", 940, "a_parcel_is_booked_once"),
    ("an_idempotency_key_is_trusted_to_its_last_minute", 5255, "a_parcel_is_booked_once"),
]
"""The rule as it was, the seed of ten orders that showed it, and the invariant that it broke."""


@pytest.mark.parametrize(("was", "seed", "invariant"), FOUND)
def test_what_was_found_is_mended(
    was: str, seed: int, invariant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = Scenario(seed=seed, orders=10)

    assert run(scenario).violation is None
    broken = run(scenario, SEEDED_BUGS[was](monkeypatch)).violation
    assert broken is not None
    assert broken.name == invariant
