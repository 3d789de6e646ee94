"""Checks of this machine: the tools, the templates and their layers, the issuer."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from ops.cli.errors import CommandError
from ops.cli.options import Options
from ops.doctor import examine, issuer, templates, tools
from ops.doctor.finding import Verdict
from ops.stage.templates import Blueprint
from tests.support.blueprints import configured

# -- tools -----------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a project with the locked tools."""
    for name in (".venv/bin", "node_modules/aws-cdk"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / ".venv/bin/cdk").touch()
    node = tmp_path / ".venv/bin/node"
    node.write_text("#!/bin/sh\necho v24.1.0\n")
    node.chmod(0o755)
    lock = {"packages": {"node_modules/aws-cdk": {"version": "2.1"}}}
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    (tmp_path / "node_modules/aws-cdk/package.json").write_text('{"version": "2.1"}')
    return tmp_path


def test_the_locked_tools_are_ok(root: Path) -> None:
    finding = tools.check(root)

    assert (finding.verdict, finding.message) == (Verdict.OK, "cdk 2.1 on node 24.1.0")


@pytest.mark.parametrize("name", ["node", "cdk"])
def test_a_missing_tool_is_fetched_by_make(root: Path, name: str) -> None:
    (root / ".venv/bin" / name).unlink()

    finding = tools.check(root)

    assert (finding.verdict, finding.todo) == (Verdict.WRONG, ("make setup",))
    assert finding.message.startswith(f"{name} missing")


@pytest.mark.parametrize("found", ['{"version": "3.0.0"}', "{}", "nothing"])
def test_another_cdk_than_the_locked_one_is_wrong(root: Path, found: str) -> None:
    (root / "node_modules/aws-cdk/package.json").write_text(found)

    assert tools.check(root).verdict is Verdict.WRONG


def test_a_node_that_does_not_run_is_wrong(root: Path) -> None:
    (root / ".venv/bin/node").write_text("#!/bin/sh\nexit 1\n")

    assert tools.check(root).message == "The node in .venv/bin does not run."


# -- templates -------------------------------------------------------------------------------------


def test_the_layers_of_a_stage_are_for_the_architecture_of_its_functions(
    dev: Blueprint, prod: Blueprint
) -> None:
    assert templates.check(dev).message == f"{len(dev.stacks)} stacks, 1 layer, for arm64"
    assert templates.check(prod).message == f"{len(prod.stacks)} stacks, 2 layers, for arm64"


HEAD = b"\x7fELF" + b"\0" * 14


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (HEAD + b"\xb7\0", None),
        (HEAD + b"\x3e\0", "is for x86_64"),
        (HEAD + b"\x28\0", "is for another machine"),
        (b"MZ" + b"\0" * 30, "is for another machine"),
    ],
)
def test_a_library_for_another_machine_is_found(
    dev: Blueprint, tmp_path: Path, head: bytes, text: str | None
) -> None:
    with ZipFile(tmp_path / "layer.zip", "w") as layer:
        layer.writestr("python/msgspec/_core.so", head)
        layer.writestr("python/msgspec/_core.py", HEAD + b"\x3e\0")
    stacks = tuple(replace(each, archives=(tmp_path / "layer.zip",)) for each in dev.stacks)

    finding = templates.check(Blueprint(stacks))

    assert finding.verdict is (Verdict.WRONG if text else Verdict.OK)
    if text:
        assert f"msgspec/_core.so in a layer {text}, but functions run on arm64" in finding.message


def test_without_templates_no_other_check_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Blueprint:
        raise CommandError("The templates cannot be synthesized. uv is missing.")

    monkeypatch.setattr(examine, "synthesize", refuse)

    found = list(examine.examine(Options(stage="dev")))

    assert [name for name, _ in found] == ["tools", "templates"]
    assert found[-1][1].verdict is Verdict.WRONG
    assert found[-1][1].todo == ("make synth STAGE=dev",)


# -- the issuer ------------------------------------------------------------------------------------


def test_no_issuer_is_a_warning_on_a_protected_stage_only(dev: Blueprint, prod: Blueprint) -> None:
    assert issuer.check(dev, "dev", ()).verdict is Verdict.OK
    assert issuer.check(prod, "prod", ()).verdict is Verdict.WARNING


URL = "https://login.example.com/shop"


@pytest.mark.parametrize(
    ("code", "out", "err", "verdict", "message"),
    [
        (0, "it answers\n", "", Verdict.OK, "it answers"),
        (1, "", "it cannot be reached.\n", Verdict.WRONG, "it cannot be reached."),
    ],
)
def test_an_issuer_is_checked_by_the_command_of_make_deploy(
    dev: Blueprint,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    out: str,
    err: str,
    verdict: Verdict,
    message: str,
) -> None:
    commands = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command[1:])
        return subprocess.CompletedProcess(command, code, out, err)

    monkeypatch.setattr(subprocess, "run", run)

    finding = issuer.check(configured(dev, "checkout", issuer=f"{URL}/"), "dev", [f"issuer={URL}/"])

    assert (finding.verdict, finding.message) == (verdict, message)
    assert commands == [["-m", "infra.issuer_check", "-c", "stage=dev", "-c", f"issuer={URL}/"]]
    assert finding.todo == ((f"curl -fsS {URL}/.well-known/openid-configuration",) if code else ())
