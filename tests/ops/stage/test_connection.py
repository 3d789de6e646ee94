"""Connections: stages by their names, the local stage by the file of its run."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from functions.analytics.service import SERVICE as ANALYTICS
from functions.analytics.table import FIGURES
from functions.checkout.catalogue import CATALOGUE
from functions.framework.ports import Record, Row
from functions.map import API
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.local.port import HOST
from ops.stage import connection, local_run
from ops.stage.connection import KEY, Connection, connect, local_environment
from ops.stage.local_run import LocalRun
from testkit.builders import ORDER, history_of
from tests.ops.conftest import write

READY = LocalRun(port=4600, pid=1, began=0, api="http://x")


def test_a_stage_has_its_log_its_tables_its_functions_and_their_logs(
    stage: Callable[[str], Connection],
) -> None:
    dev = stage("dev")
    write(dev, history_of())
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
    ("runs", "expected"),
    [
        ([], "Nothing runs locally: start `make run`"),
        ([LocalRun(port=4600, pid=1, began=0)], "still starting: try again"),
    ],
)
def test_the_local_stage_exists_only_while_a_run_is_ready(
    monkeypatch: pytest.MonkeyPatch, runs: list[LocalRun], expected: str
) -> None:
    monkeypatch.setattr(local_run, "live_runs", lambda: runs)

    with pytest.raises(CommandError, match=expected) as missing:
        connect(Options())

    assert missing.value.code is ExitCode.NOT_FOUND


def test_the_local_stage_is_the_newest_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_run, "live_runs", lambda: [READY])

    connected = connect(Options())

    assert (connected.stage, connected.began) == ("local", datetime.fromtimestamp(READY.began, UTC))
    assert connected.endpoint == "http://127.0.0.1:4600"


ELSEWHERE = {
    "AWS_PROFILE": "missing",
    "AWS_ACCESS_KEY_ID": "mine",
    "AWS_SECRET_ACCESS_KEY": "mine",
    "AWS_SESSION_TOKEN": "mine",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL": "http://elsewhere.invalid",
    "AWS_ENDPOINT_URL_STS": "http://elsewhere.invalid",
    "AWS_ENDPOINT_URL_S3": "http://elsewhere.invalid",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required",
    "AWS_DEFAULTS_MODE": "auto",
    "AWS_CA_BUNDLE": "/nowhere",
    "HTTP_PROXY": "http://elsewhere.invalid",
    "http_proxy": "http://elsewhere.invalid",
    "ALL_PROXY": "http://elsewhere.invalid",
}
CONFIG = """
[default]
region = eu-west-1
endpoint_url = http://elsewhere.invalid
services = elsewhere
s3 =
  addressing_style = virtual
  use_accelerate_endpoint = true
[services elsewhere]
s3 =
  endpoint_url = http://elsewhere.invalid
"""


class Cloud:
    """A server that keeps the requests it gets, and answers them like STS."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        requests = self.requests

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                requests.append((self.path, self.headers["authorization"]))
                keys = ("AccessKeyId", "SecretAccessKey", "SessionToken")
                given = "".join(f"<{key}>of-a-role</{key}>" for key in keys)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(
                    "<R><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult>"
                    f"<AssumeRoleResult><Credentials>{given}</Credentials></AssumeRoleResult></R>".encode()
                )

            def do_PUT(self) -> None:
                requests.append((self.path, self.headers["authorization"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer((HOST, 0), Handler)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    made = Cloud()
    thread = Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.mark.parametrize("configured", [False, True])
def test_a_local_connection_ignores_environment_and_files_and_leaves_them_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cloud: Cloud, configured: bool
) -> None:
    files = {"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "credentials"}
    for name, file in files.items():
        (tmp_path / file).write_text(CONFIG)
        monkeypatch.setenv(name, str(tmp_path / file))
    for name, value in ELSEWHERE.items():
        monkeypatch.setenv(name, value)
    if configured:
        monkeypatch.setenv("AWS_PROFILE", "default")
    before = dict(os.environ)

    here = connection.local(cloud.server.server_port)
    here.client("s3").create_bucket(Bucket="assets")
    here.client("sts").get_caller_identity()
    acting = here.acting_as("role", "session")
    acting.client("sts").get_caller_identity()

    paths, signed = zip(*cloud.requests, strict=True)
    assert paths == ("/assets", "/", "/", "/", "/")
    assert [each.split("Credential=")[1].split("/")[0] for each in signed] == (
        [KEY] * 4 + ["of-a-role"]
    )
    assert all("/us-east-1/" in each for each in signed)
    assert dict(os.environ) == before


def test_another_stage_is_reached_with_the_operators_profile_and_region(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arguments: list[tuple[str | None, str | None]] = []

    def factory(region: str | None, profile: str | None, *, read_timeout: int) -> object:
        arguments.append((region, profile))
        return str

    monkeypatch.setattr(connection, "client_factory", factory)

    assert connect(Options(stage="dev", region="eu-west-1", profile="me")).stage == "dev"
    assert arguments == [("eu-west-1", "me")]


def test_no_variable_of_the_operator_redirects_a_child_process() -> None:
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
