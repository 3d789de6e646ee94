"""Stages, each recorded once in a test run, with any number of test processes."""

import pickle
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest

from infra.stage import DEV, LOCAL, PROD
from tests.iam.recorded_stage import RecordedStage, record
from tests.support.assembly import GUARDED, made_once, once, synthesize

STAGES = {"local": LOCAL, "dev": DEV, "prod": PROD, "guarded": GUARDED}
"""Together they have all adapters, a shop for guests, and one for customers."""

type Records = Callable[[str], RecordedStage]


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Records:
    @cache
    def stage(name: str) -> RecordedStage:
        def write(path: Path) -> None:
            assembly = once(tmp_path_factory, name, partial(synthesize, stage=STAGES[name]))
            path.write_bytes(pickle.dumps(record(STAGES[name], assembly)))

        path = made_once(tmp_path_factory, f"recorded-{name}", write)
        found: RecordedStage = pickle.loads(path.read_bytes())
        return found

    return stage


@pytest.fixture
def all_recorded(recorded: Records) -> dict[str, RecordedStage]:
    return {name: recorded(name) for name in STAGES}
