"""The stages, synthesized once, and an ordered consumer that neither reads nor states facts."""

import pytest

from events.contracts.checkout import OrderPlaced
from functions.framework.reaction import On
from functions.framework.service import Consumer
from infra.stage import DEV, LOCAL, PROD
from tests.support.assembly import GUARDED, Assembly, once, synthesize

LISTENER = Consumer(
    name="listener",
    on=(On(event=OrderPlaced, react=lambda _: None),),
    ordered=True,
    timeout=20,
    batch=3,
    concurrency=7,
)


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return once(tmp_path_factory, "local", lambda out: synthesize(out, LOCAL))


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return once(tmp_path_factory, "dev", lambda out: synthesize(out, DEV))


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return once(tmp_path_factory, "prod", lambda out: synthesize(out, PROD))


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return once(tmp_path_factory, "guarded", lambda out: synthesize(out, GUARDED))


@pytest.fixture(scope="session")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return once(tmp_path_factory, "listening", lambda out: synthesize(out, DEV, [LISTENER]))
