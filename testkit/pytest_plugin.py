"""Fixtures of pytest: a story, in memory and again under moto.

Name it in the topmost conftest.py: `pytest_plugins = ["testkit.pytest_plugin"]`.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from testkit.moto_story import MotoStory
from testkit.story import Story

type NewStory = Callable[..., Story]
"""Returns a new story; the arguments are those of `Story`."""

KINDS: dict[str, type[Story]] = {"memory": Story, "moto": MotoStory}


@pytest.fixture(params=list(KINDS))
def new_story(request: pytest.FixtureRequest) -> Iterator[NewStory]:
    """Return a function that makes stories; the test runs in memory and again under moto."""
    with ExitStack() as stories:

        def make(**given: Any) -> Story:
            return stories.enter_context(KINDS[request.param](**given))

        yield make


@pytest.fixture
def story(new_story: NewStory) -> Story:
    """Return a story of all services; the test runs in memory and again under moto."""
    return new_story()
