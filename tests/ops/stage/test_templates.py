"""Synthesis of a stage by the app, and the data that is read from it."""

import json
from pathlib import Path

import pytest

from infra.stage import DEV, LOCAL
from ops.cli.errors import CommandError
from ops.stage import templates
from ops.stage.templates import FUNCTION, Blueprint, read, stage_templates, synthesize
from tests.support.blueprints import dev, folder, prod

__all__ = ["dev", "prod"]

APP = """
import json, os, shutil, sys
context = json.loads(os.environ["CDK_CONTEXT_JSON"])
if "refuse" in context:
    print("a warning", file=sys.stderr)
    sys.exit("Stage dev: that cannot be.")
if "invalid" in context:
    print("ERROR Name: too short\\n   fanfare-dev-x/Tables\\nTraceback", file=sys.stderr)
    sys.exit("Validation failed.")
assert context["@aws-cdk/core:setting"] is True
assert (context["stage"], context.get("issuer")) == ("dev", "https://a.example?b=c")
shutil.copytree(FOLDER, os.environ["CDK_OUTDIR"], dirs_exist_ok=True)
"""


@pytest.fixture
def app(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Give an app that checks its context and copies prepared stacks."""
    ready = folder(tmp_path_factory, DEV)
    (tmp_path / "app.py").write_text(APP.replace("FOLDER", repr(str(ready))))
    (tmp_path / "cdk.json").write_text(json.dumps({"context": {"@aws-cdk/core:setting": True}}))
    monkeypatch.setattr(templates, "ROOT", tmp_path)


def test_the_app_receives_the_stage_and_the_context(
    app: None, tmp_path: Path, dev: Blueprint
) -> None:
    made = synthesize("dev", tmp_path / "out", ["issuer=https://a.example?b=c"])

    assert [stack.name for stack in made.stacks] == [stack.name for stack in dev.stacks]
    assert all(path.exists() for stack in made.stacks for path in stack.archives)


def test_a_blueprint_without_its_folder_has_no_archives(app: None, dev: Blueprint) -> None:
    made = stage_templates("dev", ["issuer=https://a.example?b=c"])

    assert [stack.template for stack in made.stacks] == [stack.template for stack in dev.stacks]
    assert not any(stack.archives for stack in made.stacks)


def test_an_error_of_the_app_is_repeated(app: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"cannot be synthesized\. Stage dev: that cannot be\.$"):
        synthesize("dev", tmp_path / "out", ["refuse=yes"])


def test_a_template_that_the_cdk_refuses_is_named(app: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"ERROR Name: too short fanfare-dev-x/Tables$"):
        synthesize("dev", tmp_path / "out", ["invalid=yes"])


def test_a_stack_has_its_prerequisites_and_its_target(
    prod: Blueprint, dev: Blueprint, tmp_path_factory: pytest.TempPathFactory
) -> None:
    local = read(folder(tmp_path_factory, LOCAL))

    assert prod.protected
    assert not dev.protected
    assert {stack.bootstrap_parameter for stack in dev.stacks} == {
        "/cdk-bootstrap/hnb659fds/version"
    }
    assert {(stack.account, stack.region) for stack in dev.stacks} == {(None, None)}
    assert {(stack.account, stack.region) for stack in local.stacks} == {
        (LOCAL.account, LOCAL.region)
    }
    assert {stack.bootstrap for stack in local.stacks} == {None}


def test_settings_are_read_from_the_environment_of_functions(
    prod: Blueprint, dev: Blueprint
) -> None:
    assert prod.settings("FANFARE_SECRET") == {"fanfare-prod-payment": "fanfare-prod-payment"}
    assert dev.settings("FANFARE_SECRET") == {}
    assert len(dev.settings("FANFARE_SERVICE")) == len(list(dev.properties(FUNCTION)))
