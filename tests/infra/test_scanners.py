"""On every stage cdk-nag and cfn-lint find nothing that is not acknowledged with a reason."""

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from infra.acknowledge import LINT
from infra.stage import STAGES, Stage
from tests.infra.scan import Scan, lint, scan
from tests.support.assembly import GUARDED, Assembly, made_once
from tests.support.summary import Figure
from tests.support.template import ON_CALL

ALL_SETTINGS = replace(
    GUARDED,
    origins=("https://shop.example.com",),
    sender="shop@example.com",
    alarm_topic=ON_CALL,
    adapters={"payment": "stripe"},
)
"""A stage with all optional settings."""

MAX_REASONS = 10
"""The limit of different reasons for acknowledgements."""


@pytest.fixture(scope="session")
def scans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scan]:
    stages: dict[str, Stage] = {**STAGES, "all settings": ALL_SETTINGS}
    return {
        name: Scan(made_once(tmp_path_factory, f"scanned {name}", partial(scan, stage)))
        for name, stage in stages.items()
    }


@pytest.fixture(scope="session")
def linted(
    scans: dict[str, Scan], tmp_path_factory: pytest.TempPathFactory
) -> set[tuple[str, str, str]]:
    """Return all findings of cfn-lint, ignored ones included: template, resource, rule."""
    found = made_once(tmp_path_factory, "linted", partial(lint, templates(scans))).read_bytes()
    return msgspec.json.decode(found, type=set[tuple[str, str, str]])


def templates(scans: dict[str, Scan]) -> dict[str, Path]:
    return {
        f"{name}.{path.name}": path
        for name, found in scans.items()
        for path in found.folder.glob("*.template.json")
    }


def resources(folder: Path) -> int:
    return sum(
        len(json.loads(path.read_text())["Resources"]) for path in folder.glob("*.template.json")
    )


def test_the_packs_of_cdk_nag_find_nothing(scans: dict[str, Scan], figure: Figure) -> None:
    findings = sorted(each for found in scans.values() for each in found.findings)
    figure("findings of cdk-nag", len(findings))

    assert not findings, "\n".join(findings)
    for found in scans.values():
        for pack in found.seen:
            assert found.reports[pack]["conclusion"] == "success"


def test_each_pack_checks_every_resource_of_every_template(
    scans: dict[str, Scan], figure: Figure
) -> None:
    for name, found in scans.items():
        count = resources(found.folder)
        figure(f"resources scanned, stage {name}", count)
        assert count > 100
        for seen in found.seen.values():
            assert len(seen) == len(set(seen)) == count


@pytest.mark.parametrize("stage", STAGES)
def test_the_scanned_templates_are_the_deployed_ones(
    stage: str, scans: dict[str, Scan], request: pytest.FixtureRequest
) -> None:
    deployed: Assembly = request.getfixturevalue(stage)

    assert scans[stage].stacks == deployed.stacks


def test_acknowledgements_are_few_each_at_a_construct_and_with_a_reason(
    scans: dict[str, Scan], figure: Figure
) -> None:
    known = [each for found in scans.values() for each in found.acknowledged]
    reasons = {reason for _, _, reason in known}
    figure("acknowledgements (reasons to let a finding be)", len(reasons))
    figure("rules that they answer", len({rule.partition("[")[0] for _, rule, _ in known}))

    assert 0 < len(reasons) <= MAX_REASONS
    for construct, rule, reason in known:
        assert construct.count("/") >= 2, f"{rule} is acknowledged for a whole stack: {construct}"
        assert re.fullmatch(r"[A-Z].{40,}\.", reason), reason


def test_every_acknowledgement_has_a_finding(
    scans: dict[str, Scan], linted: set[tuple[str, str, str]]
) -> None:
    known = {rule for found in scans.values() for _, rule, _ in found.acknowledged}
    found = {rule for each in scans.values() for rule in each.suppressed}
    found |= {f"{LINT}::{rule}" for _, _, rule in linted}

    assert known == found


def test_cfn_lint_finds_exactly_the_checks_that_each_resource_ignores(
    scans: dict[str, Scan], linted: set[tuple[str, str, str]], figure: Figure
) -> None:
    expected = {
        (name, logical_id, rule)
        for name, path in templates(scans).items()
        for logical_id, resource in json.loads(path.read_text())["Resources"].items()
        for rule in ignored(resource)
    }

    figure("findings of cfn-lint", len(linted - expected))
    assert linted == expected
    assert {name.partition(".")[0] for name, _, _ in linted} == set(scans)


def ignored(resource: dict[str, Any]) -> list[str]:
    settings = resource.get("Metadata", {}).get(LINT, {"config": {"ignore_checks": []}})
    return list(settings["config"]["ignore_checks"])
