"""`fanfare deploy`: names, the CDK's command line for an account, and the steps after it."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from functions.map import CONSUMERS
from functions.orders.service import SERVICE as ORDERS
from ops.actions import deploy
from ops.actions.deploy import chosen, deploy_to_account, report
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from testkit.builders import placed
from tests.ops.conftest import write

BEFORE = [consumer.name for consumer in CONSUMERS]


def test_named_services_are_deployed_once_each() -> None:
    assert chosen(["email", "checkout", "email"], every=False) == ("email", "checkout")
    assert chosen([], every=True) == ()


@pytest.mark.parametrize(
    ("names", "every", "expected"),
    [
        ([], False, "Name the consumers to deploy, such as `fanfare deploy email`, or all"),
        (["email"], True, "Name the consumers to deploy"),
        (["emial"], False, "no consumer 'emial'. Did you mean email?"),
        (["examplex"], False, "There are checkout, payment, .* row in functions/examplex/serv"),
        (["../x"], False, r"There is no consumer '\.\./x'"),
    ],
)
def test_a_name_that_cannot_be_deployed_is_refused(
    names: list[str], every: bool, expected: str
) -> None:
    with pytest.raises(CommandError, match=expected) as refused:
        chosen(names, every=every)

    assert refused.value.code is ExitCode.USAGE


def test_a_folder_without_a_row_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "functions" / "examplecards").mkdir(parents=True)
    (tmp_path / "functions" / "examplecards" / "service.py").touch()
    monkeypatch.setattr(deploy, "ROOT", tmp_path)

    with pytest.raises(CommandError, match=r"examplecards has no row: .*add it to CONSUMERS"):
        chosen(["examplecards"], every=False)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """Replace the processes: each ends with the code in `failing`; give their command lines."""
    cdk = tmp_path / "cdk"
    cdk.touch()
    monkeypatch.setattr("ops.stage.cdk.CDK", cdk)
    run: list[list[str]] = []

    def start(command: list[str], **how: Any) -> Any:
        region = how["env"].get("AWS_REGION")
        run.append([Path(command[0]).name, *command[1:], str(region)])
        return SimpleNamespace(returncode=int("broken" in command))

    monkeypatch.setattr(subprocess, "run", start)
    monkeypatch.delenv("AWS_REGION", raising=False)
    return run


def test_an_account_is_deployed_to_as_by_make_deploy(commands: list[list[str]]) -> None:
    options = Options(stage="dev", profile="me", region="eu-west-1")

    deploy_to_account(options, ["email"], {"issuer": "https://x"}, yes=False)

    pairs = ["-c", "issuer=https://x", "-c", "stage=dev"]
    assert commands == [
        [Path(sys.executable).name, "-m", "infra.issuer_check", *pairs, "eu-west-1"],
        ["cdk", "deploy", "fanfare-dev-email", "--profile", "me", *pairs, "eu-west-1"],
    ]


def test_with_yes_the_cdk_does_not_ask(commands: list[list[str]]) -> None:
    deploy_to_account(Options(stage="dev"), [], {}, yes=True)

    approval = ["--require-approval", "never"]
    assert commands[1] == ["cdk", "deploy", "--all", *approval, "-c", "stage=dev", "None"]


@pytest.mark.parametrize(
    ("services", "failing", "expected"),
    [
        (["email"], "infra.issuer_check", "The issuer is unusable: the reason is above"),
        (["email"], "deploy", "The CDK could not deploy email"),
    ],
)
def test_a_process_that_fails_ends_the_command(
    monkeypatch: pytest.MonkeyPatch,
    commands: list[list[str]],
    services: list[str],
    failing: str,
    expected: str,
) -> None:
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda command, **_: SimpleNamespace(returncode=int(failing in command)),
    )

    with pytest.raises(CommandError, match=expected):
        deploy_to_account(Options(stage="dev"), services, {}, yes=True)


def test_a_new_replayable_consumer_is_offered_the_past(
    here: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, [placed()])

    assert report(here, Options(), ["orders"], before=[]) is ExitCode.DONE

    assert capsys.readouterr().out.splitlines() == [
        "orders receives new events from now on.",
        "  `fanfare replay orders` sends 1 event of the past.",
    ]


def test_an_empty_log_has_nothing_to_send(
    here: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    report(here, Options(), ["orders"], before=BEFORE)

    assert capsys.readouterr().out.splitlines() == [
        "orders is deployed.",
        "  The log has no event of the past for it.",
    ]


def test_a_consumer_that_acts_outside_is_not_sent_the_past(
    here: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    report(here, Options(), ["email"], before=[])
    report(here, Options(), ["email", "checkout"], before=[*BEFORE, "checkout"])

    first, why, *rest = capsys.readouterr().out.splitlines()
    assert first == "email receives new events from now on."
    assert why.startswith("  It is not sent the past: its reactions to ")
    assert why.endswith("act on the outside world, and a replay must not repeat that.")
    assert rest == ["email is deployed.", "checkout is deployed."]


def test_in_an_account_the_past_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    dev = Connection(stage="dev", client=lambda name: pytest.fail(f"it called {name}"))

    report(dev, Options(stage="dev"), ["orders"], before=[])

    assert capsys.readouterr().out.splitlines()[1] == (
        "  `fanfare replay orders --stage dev` sends the events of the past;"
        " count: `fanfare replay orders --dry-run --stage dev`"
    )


def test_of_all_stacks_only_new_consumers_are_described(
    here: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    new = replace(ORDERS, name="exampleorders", chore=None)
    monkeypatch.setattr(deploy, "CONSUMERS", (*CONSUMERS, new))

    report(here, Options(), [], before=BEFORE)
    report(here, Options(json=True), [], before=BEFORE)

    *text, last = capsys.readouterr().out.splitlines()
    assert text == [
        "exampleorders receives new events from now on.",
        "  The log has no event of the past for it.",
        "All stacks are deployed.",
    ]
    assert json.loads(last) == {"service": "exampleorders", "new": True, "past_events": 0}
