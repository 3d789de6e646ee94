"""Worlds to fuzz; one serves all cases of a test and is emptied before each."""

from collections.abc import Iterator

import pytest

from tests.fuzz.cases import case_counts
from tests.fuzz.world import World
from tests.support.summary import Figure


@pytest.fixture(scope="session")
def world() -> World:
    """The functions of a stage that is open to guests."""
    return World()


@pytest.fixture(autouse=True)
def cases(figure: Figure) -> Iterator[None]:
    case_counts.clear()
    yield
    for kind, count in case_counts.items():
        figure(f"fuzzed {kind}", count)
