"""Runs the scanners of the CDK over a stage, and reads their report."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aws_cdk import CfnResource
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.acknowledge import LINT
from infra.stage import Stage
from tests.support.assembly import Assembly, synthesize

REPORT = "validation-report.json"
SEEN = "seen.json"
FOUND = "found.json"


class Solutions(AwsSolutionsChecks):
    """The pack `AwsSolutions`, which keeps what it has looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def _check_resource(self, node: CfnResource) -> None:
        self.seen.append(node.node.path)
        super()._check_resource(node)


class Serverless(ServerlessChecks):
    """The pack `Serverless`, which keeps what it has looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def _check_resource(self, node: CfnResource) -> None:
        self.seen.append(node.node.path)
        super()._check_resource(node)


class Scan:
    """What the packs looked at (`seen`), and what they say: `reports`, both by the pack's name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: dict[str, list[str]] = json.loads((folder / SEEN).read_text())
        said = json.loads((folder / REPORT).read_text())
        self.reports: dict[str, Any] = {each["pluginName"]: each for each in said["pluginReports"]}

    def findings(self) -> list[str]:
        """Return what the packs find, as `rule at construct`."""
        return [
            f"{found['ruleName']} at {where['constructPath']}"
            for pack in self.seen
            for found in self.reports[pack]["violations"]
            for where in found["violatingConstructs"]
        ]

    def let_be(self) -> set[str]:
        """Return the rules of which a finding was acknowledged."""
        return {
            found["acknowledgedId"]
            for pack in self.seen
            for found in self.reports[pack]["suppressedViolations"]
        }

    def acknowledged(self) -> Iterator[tuple[str, str, str]]:
        """Yield what the code acknowledges: the construct's path, the rule, and the reason."""
        for construct, rules in Assembly(self.folder).said("aws:cdk:acknowledged-rules"):
            for rule, reason in rules.items():
                yield construct, rule, reason


def scan(stage: Stage, out: Path) -> None:
    """Synthesize a stage under the scanners; a finding does not end it here, but is reported."""
    solutions, serverless = Solutions(), Serverless()
    try:
        synthesize(out, stage, scanners=[solutions, serverless])
    except RuntimeError:
        if not (out / REPORT).exists():
            raise
    (out / SEEN).write_text(
        json.dumps({"AwsSolutions": solutions.seen, "Serverless": serverless.seen})
    )


def lint(templates: Mapping[str, Path], out: Path) -> None:
    """Run cfn-lint over templates, as if nobody told it what to leave.

    It leaves a list of template, resource and rule in `out`.
    """
    # It takes seconds to import, and not all processes of a run need it.
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
    """Return what cfn-lint found: template, resource, rule."""
    return {
        (name, resource, rule) for name, resource, rule in json.loads((out / FOUND).read_text())
    }
