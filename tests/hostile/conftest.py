"""Worlds to be hostile to; one serves all cases of a test, emptied before each."""

import pytest

from tests.builders import ISSUER
from tests.hostile.world import World


@pytest.fixture(scope="session", params=[None, ISSUER], ids=["guests", "customers"])
def world(request: pytest.FixtureRequest) -> World:
    """The functions of a stage, open to guests or for customers with tokens."""
    return World(request.param)
