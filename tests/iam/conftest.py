"""Stages, each walked through once a run, in however many processes the tests run."""

import pickle
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest

from infra.stage import DEV, LOCAL, PROD
from tests.iam.walked import Walked, placed_here, walk
from tests.support.assembly import GUARDED, made_once, once, synthesize

STAGES = {"local": LOCAL, "dev": DEV, "prod": PROD, "guarded": GUARDED}
"""All adapters that there are, and a shop for guests as well as one for customers."""


type Walk = Callable[[str], Walked]


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Return what gives the stage of a name, walked through."""

    @cache
    def stage(name: str) -> Walked:
        templates = placed_here(
            once(tmp_path_factory, name, partial(synthesize, stage=STAGES[name]))
        )

        def note(record: Path) -> None:
            record.write_bytes(pickle.dumps(walk(STAGES[name], templates)))

        record = made_once(tmp_path_factory, f"walk-{name}", note)
        return Walked(templates, pickle.loads(record.read_bytes()))

    return stage


@pytest.fixture
def all_walked(walked: Walk) -> dict[str, Walked]:
    """Return all stages, by name."""
    return {name: walked(name) for name in STAGES}
