"""A deployment by another terminal: into the local cloud of a run, or to an account."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.local import deploy, redeploy
from ops.local.redeploy import deploy_services
from ops.stage import local_run
from ops.stage.connection import Connection


class EndedChild:
    """A deployment that has ended; its log has thirty lines."""

    def __init__(self, log: Path, code: int) -> None:
        self.log = log
        self._code = code
        log.write_text("bus: deploying... [1/2]\n")

    def ended(self) -> int:
        return self._code

    def tail(self) -> Sequence[str]:
        return ["Error: no such thing"]


@pytest.fixture
def started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Replace the CDK and what follows; a deployment of payment fails."""
    started: list[tuple[dict[str, str], dict[str, Any]]] = []

    def start(_: Any, environ: dict[str, str], work: Path, log: Path, **more: Any) -> EndedChild:
        started.append((environ, more))
        (work / deploy.OUTPUTS).write_text('{"fanfare-local-checkout": {"ApiId": "a1b2"}}')
        return EndedChild(log, code=int("fanfare-local-payment" in more["stacks"]))

    monkeypatch.setattr(deploy, "start", start)
    monkeypatch.setattr(local_run, "folder", lambda _: tmp_path)
    monkeypatch.setattr("ops.stage.templates.read", lambda folder: folder)
    monkeypatch.setattr(redeploy, "older_code", lambda *_: ["ordering"])
    monkeypatch.setattr(redeploy, "report", lambda *_: ExitCode.DONE)
    monkeypatch.setattr(
        redeploy, "deploy_to_account", lambda _, *given, **more: started.append((given, more))
    )
    return started


def connected(stage: str) -> Connection:
    class Listing(Connection):
        def log_groups(self) -> dict[str, str]:
            return {}

    return Listing(stage=stage, client=str, endpoint="http://127.0.0.1:4600")


def test_the_named_stacks_are_deployed_to_the_local_cloud_of_the_run(
    started: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    done = deploy_services(connected("local"), Options(), ["email"], {"a": "b"}, yes=False)

    (environ, more) = started[0]
    assert done is ExitCode.DONE
    assert environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4600"
    assert more == {"stacks": ("fanfare-local-email",), "context": {"a": "b"}}
    assert not Path(environ["TMPDIR"]).exists()
    deployed, url, others = capsys.readouterr().err.splitlines()
    assert deployed.startswith("Deployed email in ")
    assert url == "checkout answers at http://127.0.0.1:4600/_aws/execute-api/a1b2"
    assert others == "ordering has older code as well: `fanfare deploy ordering`."


def test_without_names_all_stacks_are_deployed(started: list[Any]) -> None:
    deploy_services(connected("local"), Options(), [], {}, yes=False)

    assert started[0][1]["stacks"] == ("--all",)


def test_a_deployment_that_fails_shows_the_end_of_its_log(
    started: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="could not be deployed"):
        deploy_services(connected("local"), Options(), ["payment"], {}, yes=False)

    assert capsys.readouterr().err == "  Error: no such thing\n"


def test_another_stage_is_deployed_to_the_account(started: list[Any]) -> None:
    deploy_services(connected("dev"), Options(stage="dev"), ["email"], {}, yes=True)

    assert started == [((["email"], {}), {"yes": True})]
