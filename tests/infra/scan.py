"""Runs the scanners of the CDK over a stage, and reads their report."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import CfnResource
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.stage import Stage
from tests.assembly import Assembly, synthesize


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


@dataclass(frozen=True)
class Scan:
    """What the packs looked at, and what they say: `reports` by the name of the pack."""

    folder: Path
    seen: Mapping[str, list[str]]
    reports: Mapping[str, Mapping[str, Any]]

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


def scan(stage: Stage, out: Path) -> Scan:
    """Synthesize a stage under the scanners."""
    solutions, serverless = Solutions(), Serverless()
    report = out / "validation-report.json"
    try:
        synthesize(out, stage, scanners=[solutions, serverless])
    except RuntimeError:  # a finding ends the synthesis, and is in the report
        if not report.exists():
            raise
    return Scan(
        folder=out,
        seen={"AwsSolutions": solutions.seen, "Serverless": serverless.seen},
        reports={
            each["pluginName"]: each for each in json.loads(report.read_text())["pluginReports"]
        },
    )
