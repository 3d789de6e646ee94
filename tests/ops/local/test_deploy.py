"""The command lines of the CDK, and the progress from its log."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from functions.map import SERVICES
from ops.cli.errors import CommandError
from ops.local import deploy
from ops.paths import ROOT
from tests.support.example_loyalty import EXAMPLE


class FakeChildren:
    """Starts nothing, and records the commands."""

    def __init__(self) -> None:
        self.started: list[tuple[Sequence[str], Mapping[str, str], Path]] = []

    def start(
        self, command: Sequence[str], *, environ: Mapping[str, str], cwd: Path, log: Path
    ) -> None:
        self.started.append((command, environ, cwd))


class FakeChild:
    """A child that ends after a few polls."""

    def __init__(self, log: Path, *ends: int | None) -> None:
        self.log = log
        self.ends = list(ends)

    def ended(self) -> int | None:
        return self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cdk = tmp_path / "cdk"
    cdk.touch()
    monkeypatch.setattr("ops.stage.cdk.CDK", cdk)


def test_all_stacks_of_the_local_stage_are_deployed_by_the_cdk(tmp_path: Path) -> None:
    children: Any = FakeChildren()

    deploy.start(children, {"A": "b"}, tmp_path, tmp_path / "log")

    (command, environ, cwd) = children.started[0]
    assert command[1:3] == ["deploy", "--all"]
    assert command[-2:] == ["-c", "stage=local"]
    assert command[command.index("--output") + 1] == str(tmp_path / "cdk.out")
    assert environ["A"] == "b"
    assert environ["CDK_HOME"].startswith(str(tmp_path))
    assert cwd == ROOT


def test_all_stacks_are_destroyed_by_the_cdk(tmp_path: Path) -> None:
    children: Any = FakeChildren()

    deploy.start_destroying(children, {}, tmp_path, tmp_path / "log")

    assert children.started[0][0][1:4] == ["destroy", "--all", "--force"]


def test_a_cdk_that_is_not_installed_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.stage.cdk.CDK", tmp_path / "none")
    children: Any = FakeChildren()

    with pytest.raises(CommandError, match="not installed: `make setup`"):
        deploy.start(children, os.environ, tmp_path, tmp_path / "log")


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("", "synthesizing the stacks"),
        ("fanfare-local-bus: deploying... [1/6]", "0 of 6 stacks"),
        (" ✅  bus\nshipping: deploying... [2/6]\n ✅  shipping", "2 of 6 stacks"),
    ],
)
def test_its_log_has_the_progress(log: str, expected: str) -> None:
    assert deploy.progress_text(log) == expected


def test_waiting_reports_the_progress_until_the_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("bus: deploying... [1/6]\n")
    child: Any = FakeChild(log, None, None, 0)
    shown: list[str] = []

    deploy.until_done(child, shown.append, sleep=lambda _: None)

    assert shown == ["0 of 6 stacks"] * 2


def test_a_failed_deployment_raises_with_a_remedy(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    child: Any = FakeChild(log, 1)

    with pytest.raises(CommandError, match=r"could not be deployed.*cdk synth") as failed:
        deploy.until_done(child, lambda _: None)

    assert str(log) in str(failed.value)


def test_the_url_of_the_api_is_on_this_machine(tmp_path: Path) -> None:
    (tmp_path / "outputs.json").write_text('{"fanfare-local-checkout": {"ApiId": "a1b2"}}')

    assert deploy.api(tmp_path, 4600) == "http://127.0.0.1:4600/_aws/execute-api/a1b2"


def test_a_consumer_with_routes_has_a_url_of_its_own_once_it_is_deployed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploy, "SERVICES", (*SERVICES, EXAMPLE))
    outputs = {"fanfare-local-checkout": {"ApiId": "a1b2"}}
    for more in ({}, {"fanfare-local-exampleloyalty": {"ApiId": "c3d4"}}):
        (tmp_path / "outputs.json").write_text(json.dumps(outputs | more))
        urls = deploy.urls(tmp_path, 4600)
        assert urls.pop("checkout").endswith("/a1b2")
        assert [url.rpartition("/")[2] for url in urls.values()] == ["c3d4"] * len(more)


def test_the_bucket_for_assets_has_the_cdks_name() -> None:
    made: list[str] = []
    s3 = SimpleNamespace(create_bucket=lambda *, Bucket: made.append(Bucket))  # noqa: N803
    connection: Any = SimpleNamespace(client=lambda _: s3)

    deploy.make_bucket(connection)

    assert made == ["cdk-hnb659fds-assets-000000000000-us-east-1"]


def test_a_stack_is_counted_by_its_template(tmp_path: Path) -> None:
    out = tmp_path / "cdk.out"
    out.mkdir()
    for name in ("a.template.json", "b.template.json", "a.assets.json", "tree.json"):
        (out / name).touch()

    assert deploy.stacks(tmp_path) == 2
