"""Run cdk-nag and cfn-lint over a stage, and read their reports."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from aws_cdk import CfnResource
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.acknowledge import LINT
from infra.stage import Stage
from tests.support.assembly import Assembly, synthesize

REPORT = "validation-report.json"
SEEN = "seen.json"
FOUND = "found.json"


class Recording:
    """Mixin of a pack: it records the paths of the resources that it checks."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def _check_resource(self, node: CfnResource) -> None:
        self.seen.append(node.node.path)
        super()._check_resource(node)  # type: ignore[misc]  # the pack's


class Solutions(Recording, AwsSolutionsChecks):
    pass


class Serverless(Recording, ServerlessChecks):
    pass


class Scan:
    """The resources that each pack checked (`seen`) and its report (`reports`), by pack."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: dict[str, list[str]] = json.loads((folder / SEEN).read_text())
        report = json.loads((folder / REPORT).read_text())["pluginReports"]
        self.reports: dict[str, Any] = {pack["pluginName"]: pack for pack in report}

    def findings(self) -> list[str]:
        """Return the packs' findings, as `rule at construct`."""
        return [
            f"{found['ruleName']} at {where['constructPath']}"
            for pack in self.seen
            for found in self.reports[pack]["violations"]
            for where in found["violatingConstructs"]
        ]

    def suppressed(self) -> set[str]:
        """Return the rules with an acknowledged finding."""
        return {
            found["acknowledgedId"]
            for pack in self.seen
            for found in self.reports[pack]["suppressedViolations"]
        }

    def acknowledged(self) -> Iterator[tuple[str, str, str]]:
        """Yield the code's acknowledgements: the construct's path, the rule, and the reason."""
        for construct, rules in Assembly(self.folder).metadata("aws:cdk:acknowledged-rules"):
            yield from ((construct, *each) for each in rules.items())


def scan(stage: Stage, out: Path) -> None:
    """Synthesize a stage with cdk-nag; a finding does not raise, but is in the report."""
    packs: dict[str, Any] = {"AwsSolutions": Solutions(), "Serverless": Serverless()}
    try:
        synthesize(out, stage, scanners=[*packs.values()])
    except RuntimeError:
        if not (out / REPORT).exists():
            raise
    (out / SEEN).write_text(json.dumps({name: pack.seen for name, pack in packs.items()}))


def lint(templates: Mapping[str, Path], out: Path) -> None:
    """Run cfn-lint over templates without their ignored checks; write the findings into `out`."""
    # The import takes seconds, and not all processes of a run need it.
    from cfnlint import ManualArgs
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    out.mkdir()
    for name, path in templates.items():
        template = json.loads(path.read_text())
        for resource in template["Resources"].values():
            resource.get("Metadata", {}).pop(LINT, None)
        (out / name).write_text(json.dumps(template))
    wanted = ManualArgs(
        templates=[str(out / name) for name in sorted(templates)],
        regions=["eu-central-1"],
        append_rules=["cfn_lint_serverless.rules"],
    )
    found = [
        (Path(match.filename).name, str(match.path[1]), match.rule.id)
        for match in Runner(ConfigMixIn(**wanted)).run()
    ]
    (out / FOUND).write_text(json.dumps(found))


def found_by_lint(out: Path) -> set[tuple[str, str, str]]:
    """Return the findings of cfn-lint: template, resource, rule."""
    return msgspec.json.decode((out / FOUND).read_bytes(), type=set[tuple[str, str, str]])
