"""Fixtures: templates synthesized once, a stopped clock, a stage under moto."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import time_machine
from moto import mock_aws
from time_machine import Traveller

from functions.runtime.aws.client import client_factory
from functions.runtime.memory.observer import MemoryObserver
from infra.stage import DEV
from ops.replays import job
from ops.stage.connection import Connection
from testkit.builders import NOW
from tests.infra.conftest import assembly_fixture
from tests.support.assembly import GUARDED
from tests.support.template import Templates
from tests.system.shop import SENDER, Shop
from tests.system.world import World

templates = assembly_fixture("dev", DEV)
guarded = assembly_fixture("guarded", GUARDED)
mailing = assembly_fixture("mailing", replace(DEV, sender=SENDER))


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lines() -> MemoryObserver:
    return MemoryObserver()


@pytest.fixture
def world(templates: Templates, clock: Traveller, lines: MemoryObserver) -> Iterator[World]:
    with mock_aws():
        yield World(templates, lines)


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Connection:
    monkeypatch.setattr(job, "JOBS", tmp_path)
    # Created at first use, so that hooks of the test apply to the client.
    return Connection(stage=DEV.name, client=cache(lambda service: client_factory()(service)))
