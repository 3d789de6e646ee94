"""A release notes what each stage keeps, and loses nothing but what is named."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from infra.release import __main__ as release
from infra.release import record
from infra.release.losses import losses
from infra.release.stateful import kept
from infra.stage import DEV, PROD
from tests.support.assembly import Assembly

LOG = "fanfare-prod-log"


@pytest.fixture
def renamed(prod: Assembly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A release of prod is on record, and its templates have since got another name for the log."""
    monkeypatch.setattr(record, "FOLDER", tmp_path)
    monkeypatch.setattr(release, "IN_ACCOUNTS", (PROD,))
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


def test_a_release_that_would_lose_something_is_refused_and_changes_nothing(
    renamed: dict[str, Any], prod: Assembly, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main([]) == release.REFUSED

    assert record.read(PROD) == kept(prod.stacks)
    (resource,) = (loss.resource for loss in losses(kept(prod.stacks), kept(renamed)))
    assert f"make release ARGS='--lose {resource}'" in capsys.readouterr().err


@pytest.mark.parametrize("whole", [True, False], ids=["stack", "resource"])
def test_a_release_may_lose_what_is_named(
    renamed: dict[str, Any], prod: Assembly, whole: bool
) -> None:
    (loss,) = losses(kept(prod.stacks), kept(renamed))

    assert release.main(["--lose", loss.stack if whole else loss.resource]) == 0
    assert record.read(PROD) == kept(renamed)


def test_a_name_of_what_would_not_be_lost_is_refused_with_all_that_can_be_named(
    renamed: dict[str, Any], prod: Assembly, capsys: pytest.CaptureFixture[str]
) -> None:
    (loss,) = losses(kept(prod.stacks), kept(renamed))

    assert release.main(["--lose", loss.resource, "--lose", "nope"]) == release.USAGE

    first, *names = capsys.readouterr().err.splitlines()
    assert first == "Nothing is released: nope is not among what would be lost:"
    assert names == [f"  {loss.stack}", f"  {loss.resource}"]
    assert record.read(PROD) == kept(prod.stacks)


def test_where_nothing_would_be_lost_no_name_is_any(
    renamed: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["--lose", "fanfare-prod-bus"]) == 0

    assert release.main(["--lose", "fanfare-prod-bus"]) == release.USAGE

    assert capsys.readouterr().err.endswith("would be lost:\n  nothing\n")


def test_the_record_is_made_from_the_templates_that_the_tests_know(dev: Assembly) -> None:
    assert release.templates(DEV) == dev.stacks
    assert DEV in record.IN_ACCOUNTS
