"""The stages, synthesized once, and an ordered consumer that neither reads nor states facts."""

from collections.abc import Sequence
from typing import Any

import pytest

from events.contracts.checkout import OrderPlaced
from functions.framework.reaction import On
from functions.framework.service import Consumer, Service
from functions.map import BUS, CONSUMERS
from infra.stage import DEV, LOCAL, PROD, Stage
from tests.support.assembly import GUARDED, Assembly, once, synthesize
from tests.support.example_loyalty import EXAMPLE

LISTENER = Consumer(
    name="examplelistener",
    on=(On(event=OrderPlaced, react=lambda _: None),),
    ordered=True,
    timeout=20,
    batch=3,
    concurrency=7,
)


def stack_of(service: Service) -> str:
    return f"fanfare-dev-{'bus' if service is BUS else service.name}"


def assembly_fixture(name: str, stage: Stage, consumers: Sequence[Consumer] = CONSUMERS) -> Any:
    """Return a fixture of a stage's assembly, which is synthesized once a run under this name."""

    def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
        return once(tmp_path_factory, name, lambda out: synthesize(out, stage, consumers))

    return pytest.fixture(scope="session")(synthesized)


local = assembly_fixture("local", LOCAL)
dev = assembly_fixture("dev", DEV)
prod = assembly_fixture("prod", PROD)
guarded = assembly_fixture("guarded", GUARDED)
listening = assembly_fixture("listening", DEV, [LISTENER])
answering = assembly_fixture("answering", DEV, [EXAMPLE])


@pytest.fixture(params=["local", "dev", "prod", "guarded", "listening", "answering"])
def stage(request: pytest.FixtureRequest) -> Assembly:
    found: Assembly = request.getfixturevalue(request.param)
    return found
