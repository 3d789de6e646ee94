"""A release records the stateful resources of each stage; unnamed losses are refused."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from infra.release import __main__ as release
from infra.release import record
from infra.release.losses import losses
from infra.release.stateful import stateful_resources
from infra.stage import DEV, PROD
from tests.support.assembly import Assembly

LOG = "fanfare-prod-log"


@pytest.fixture
def renamed(prod: Assembly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A recorded release of prod, and templates with a new name of the log since then."""
    monkeypatch.setattr(record, "FOLDER", tmp_path)
    monkeypatch.setattr(release, "DEPLOYED", (PROD,))
    stacks = deepcopy(prod.stacks)
    monkeypatch.setattr(release, "templates", lambda _: stacks)
    assert release.main([]) == 0
    (log,) = (
        resource["Properties"]
        for template in stacks.values()
        for resource in template["Resources"].values()
        if resource.get("Properties", {}).get("TableName") == LOG
    )
    log["TableName"] = "fanfare-prod-journal"
    return stacks


def test_a_release_with_an_unnamed_loss_is_refused_and_changes_nothing(
    renamed: dict[str, Any], prod: Assembly, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main([]) == release.REFUSED

    assert record.read(PROD) == stateful_resources(prod.stacks)
    (resource,) = (
        loss.resource
        for loss in losses(stateful_resources(prod.stacks), stateful_resources(renamed))
    )
    assert f"make release ARGS='--lose {resource}'" in capsys.readouterr().err


@pytest.mark.parametrize("whole", [True, False], ids=["stack", "resource"])
def test_a_release_with_a_named_loss_is_recorded(
    renamed: dict[str, Any], prod: Assembly, whole: bool
) -> None:
    (loss,) = losses(stateful_resources(prod.stacks), stateful_resources(renamed))

    assert release.main(["--lose", loss.stack if whole else loss.resource]) == 0
    assert record.read(PROD) == stateful_resources(renamed)


def test_a_name_that_is_not_a_loss_is_refused_with_all_names_of_losses(
    renamed: dict[str, Any], prod: Assembly, capsys: pytest.CaptureFixture[str]
) -> None:
    (loss,) = losses(stateful_resources(prod.stacks), stateful_resources(renamed))

    assert release.main(["--lose", loss.resource, "--lose", "nope"]) == release.USAGE

    first, *names = capsys.readouterr().err.splitlines()
    assert first == "Nothing is released: nope is not among the losses of this update:"
    assert names == [f"  {loss.stack}", f"  {loss.resource}"]
    assert record.read(PROD) == stateful_resources(prod.stacks)


def test_without_losses_any_name_is_refused(
    renamed: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["--lose", "fanfare-prod-bus"]) == 0

    assert release.main(["--lose", "fanfare-prod-bus"]) == release.USAGE

    assert capsys.readouterr().err.endswith("losses of this update:\n  none\n")


def test_the_record_is_made_from_the_templates_of_the_tests(dev: Assembly) -> None:
    assert release.templates(DEV) == dev.stacks
    assert DEV in record.DEPLOYED
