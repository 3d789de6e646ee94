"""Run cdk-nag and cfn-lint over a stage, and read their reports."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import CfnResource
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.acknowledge import LINT
from infra.stage import Stage
from tests.support.assembly import Assembly, synthesize

REPORT = "validation-report.json"
SEEN = "seen.json"


class Scan(Assembly):
    """A scanned stage: the resources that each pack checked (`seen`) and its report, by pack.

    `findings` have the form `rule at construct`; `suppressed` are the rules with an acknowledged
    finding, and `acknowledged` has the construct, rule and reason of each acknowledgement.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.seen: dict[str, list[str]] = json.loads((folder / SEEN).read_text())
        report = json.loads((folder / REPORT).read_text())["pluginReports"]
        self.reports: dict[str, Any] = {pack["pluginName"]: pack for pack in report}
        reports = [self.reports[pack] for pack in self.seen]
        self.findings = [
            f"{found['ruleName']} at {where['constructPath']}"
            for report in reports
            for found in report["violations"]
            for where in found["violatingConstructs"]
        ]
        self.suppressed = {
            each["acknowledgedId"] for report in reports for each in report["suppressedViolations"]
        }
        self.acknowledged: list[tuple[str, str, str]] = [
            (construct, *each)
            for construct, rules in self.metadata("aws:cdk:acknowledged-rules")
            for each in rules.items()
        ]


def recording(pack: Any, seen: list[str]) -> Any:
    """Return a pack that records the paths of the resources that it checks."""

    class Recording(pack):  # type: ignore[misc]
        def _check_resource(self, node: CfnResource) -> None:
            seen.append(node.node.path)
            super()._check_resource(node)

    return Recording()


def scan(stage: Stage, out: Path) -> None:
    """Synthesize a stage with cdk-nag; a finding does not raise, but is in the report."""
    seen: dict[str, list[str]] = {"AwsSolutions": [], "Serverless": []}
    packs = (AwsSolutionsChecks, ServerlessChecks)
    scanners = [recording(*each) for each in zip(packs, seen.values(), strict=True)]
    try:
        synthesize(out, stage, scanners=scanners)
    except RuntimeError:
        if not (out / REPORT).exists():
            raise
    (out / SEEN).write_text(json.dumps(seen))


def lint(templates: Mapping[str, Path], out: Path) -> None:
    """Run cfn-lint without ignored checks; write the findings: template, resource, rule."""
    # The import takes seconds, and not all processes of a run need it.
    from cfnlint import ManualArgs
    from cfnlint.config import ConfigMixIn
    from cfnlint.decode.decode import decode_str
    from cfnlint.runner import Runner

    wanted = ManualArgs(regions=["eu-central-1"], append_rules=["cfn_lint_serverless.rules"])
    runner, found = Runner(ConfigMixIn(**wanted)), []
    for name, path in templates.items():
        template, _ = decode_str(path.read_text())
        for resource in template["Resources"].values():
            resource.get("Metadata", {}).pop(LINT, None)
        matches = runner.validate_template(template)
        found += [(name, str(match.path[1]), match.rule.id) for match in matches]
    out.write_text(json.dumps(found))
