"""The world that each journey happens in: templates synthesized once, clocks that stand still."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from moto import mock_aws
from time_machine import Traveller

from functions.runtime.memory.observer import MemoryObserver
from infra.stage import DEV
from tests.support.assembly import GUARDED, once, synthesize
from tests.support.builders import NOW
from tests.support.template import Templates
from tests.system.shop import SENDER, Shop
from tests.system.world import World


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates(once(tmp_path_factory, "dev", lambda out: synthesize(out, DEV)).stacks)


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates(once(tmp_path_factory, "guarded", lambda out: synthesize(out, GUARDED)).stacks)


@pytest.fixture(scope="session")
def mailing(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    stage = replace(DEV, sender=SENDER)
    return Templates(once(tmp_path_factory, "mailing", lambda out: synthesize(out, stage)).stacks)


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
