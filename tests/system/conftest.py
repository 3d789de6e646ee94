"""The world that each journey happens in: templates synthesized once, clocks that stand still."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from moto import mock_aws
from time_machine import Traveller

from tests.system.shop import Shop
from tests.system.template import Templates
from tests.system.world import World

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Lines:
    """An observer that keeps what was said."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def record(self, outcome: str, **fields: Any) -> None:
        self.lines.append({"outcome": outcome, **fields})

    def count(self, metric: str, value: float = 1, *, millis: bool = False) -> None:
        pass

    def flush(self) -> None:
        pass

    def outcomes(self, consumer: str) -> list[str]:
        """Return what became of each record of a consumer."""
        return [line["outcome"] for line in self.lines if line.get("consumer") == consumer]


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    out = tmp_path_factory.mktemp("cdk.out")
    subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | {"CDK_OUTDIR": str(out), "CDK_CONTEXT_JSON": '{"stage": "dev"}'},
        check=True,
        capture_output=True,
    )
    return Templates(
        {
            path.name.removesuffix(".template.json"): json.loads(path.read_text())
            for path in sorted(out.rglob("*.template.json"))
        }
    )


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def world(templates: Templates, clock: Traveller, lines: Lines) -> Iterator[World]:
    with mock_aws():
        yield World(templates, lines)


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)
