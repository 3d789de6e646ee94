"""Bugs that the simulator found: seeds that break an invariant under the rule of that time."""

import pytest

from simulation.campaign import run
from simulation.scenario import Scenario
from tests.simulation.seeded_bugs import SEEDED_BUGS

FOUND = [
    ("an_idempotency_key_is_trusted_to_its_last_minute", 10089, "a_parcel_is_booked_once"),
    ("an_idempotency_key_is_trusted_to_its_last_minute", 5255, "a_parcel_is_booked_once"),
]
"""The old rule, a seed of ten orders that shows its bug, and the invariant that breaks."""


@pytest.mark.parametrize(("bug", "seed", "invariant"), FOUND)
def test_a_bug_that_was_found_is_fixed(
    bug: str, seed: int, invariant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = Scenario(seed=seed, orders=10)

    assert run(scenario).violation is None
    broken = run(scenario, SEEDED_BUGS[bug](monkeypatch)).violation
    assert broken is not None
    assert broken.name == invariant
