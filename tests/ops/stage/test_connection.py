"""A stage is reached by names; the local one, and nothing else, by what a run left word of."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from functions.analytics.service import SERVICE as ANALYTICS
from functions.analytics.table import FIGURES
from functions.checkout.catalogue import CATALOGUE
from functions.framework.ports import Record, Row
from functions.map import API
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage import connection, local_run
from ops.stage.connection import Connection, connect, local_environment
from ops.stage.local_run import Running
from tests.ops.conftest import write
from tests.support.builders import ORDER, story

READY = Running(port=4600, pid=1, began=0, api="http://x")


def test_a_stage_has_its_log_its_tables_its_functions_and_their_logs(
    stage: Callable[[str], Connection],
) -> None:
    dev = stage("dev")
    write(dev, story())
    record = Record(key="A", values={"price": 1}, version=0)
    row = Row(partition="2026-11-24#0", sort="A/placed", values={"orders": 1})

    assert len(dev.log().read(ORDER)) == 1
    assert dev.orders() == {ORDER}
    assert dev.records(API, CATALOGUE).put(record)
    assert dev.rows(ANALYTICS, FIGURES).put(row)
    assert list(dev.rows(ANALYTICS, FIGURES).page("2026-11-24#0", limit=2)) == [row]
    assert dev.function("payment") == "fanfare-dev-payment"
    assert dev.log_group("payment") == "logs of fanfare-dev-payment"


@pytest.mark.parametrize(
    ("runs", "says"),
    [
        ([], "Nothing runs locally: start `make run`"),
        ([Running(port=4600, pid=1, began=0)], "still starting: try again"),
    ],
)
def test_the_local_stage_is_there_only_while_it_runs(
    monkeypatch: pytest.MonkeyPatch, runs: list[Running], says: str
) -> None:
    monkeypatch.setattr(local_run, "alive", lambda: runs)

    with pytest.raises(CommandError, match=says) as missing:
        connect(Options())

    assert missing.value.code is ExitCode.NOT_FOUND


def test_the_local_stage_is_the_run_that_left_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_run, "alive", lambda: [READY])
    monkeypatch.setattr(os, "environ", {"AWS_PROFILE": "mine", "PATH": "/bin"})
    monkeypatch.setattr(connection, "client_factory", lambda **_: str)

    connected = connect(Options())

    assert (connected.stage, connected.began) == ("local", datetime.fromtimestamp(READY.began, UTC))
    assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4600"
    assert "AWS_PROFILE" not in os.environ


def test_another_stage_is_reached_with_the_operators_own_credentials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str | None, str | None]] = []

    def factory(region: str | None, profile: str | None, *, read_timeout: int) -> object:
        asked.append((region, profile))
        return str

    monkeypatch.setattr(connection, "client_factory", factory)

    assert connect(Options(stage="dev", region="eu-west-1", profile="me")).stage == "dev"
    assert asked == [("eu-west-1", "me")]


def test_nothing_of_the_operators_leads_out_of_the_local_cloud() -> None:
    yours = {
        "AWS_PROFILE": "prod",
        "AWS_SESSION_TOKEN": "secret",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://elsewhere",
        "CDK_DEFAULT_ACCOUNT": "123456789012",
        "PYTHONPATH": "/elsewhere",
        "PATH": "/bin",
        "NO_PROXY": "intra",
    }

    environ = local_environment(4600, yours)

    assert environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4600"
    assert environ["AWS_CONFIG_FILE"] == environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert environ["NO_PROXY"] == environ["no_proxy"] == "intra,127.0.0.1,localhost"
    assert environ["PATH"] == "/bin"
    assert not environ.keys() & (yours.keys() - {"PATH", "NO_PROXY"})
