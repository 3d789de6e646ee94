"""Worlds to be hostile to; one serves all cases of a test, emptied before each."""

from collections.abc import Iterator

import pytest

from tests.fuzz.cases import tried
from tests.fuzz.world import World
from tests.support.builders import ISSUER
from tests.support.summary import Figure


@pytest.fixture(scope="session")
def world() -> World:
    """The functions of a stage that is open to guests."""
    return World()


@pytest.fixture(scope="session")
def guarded() -> World:
    """The functions of a stage whose customers show tokens."""
    return World(ISSUER)


@pytest.fixture(autouse=True)
def cases(figure: Figure) -> Iterator[None]:
    """State how many cases the test tried."""
    tried.clear()
    yield
    for kind, count in tried.items():
        figure(f"hostile {kind}", count)
