"""Synthesis of stages as by the CDK's command line, and its output."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, IPolicyValidationPlugin, Validations

from functions.framework.service import Consumer
from functions.map import CONSUMERS
from infra.app import build
from infra.stage import DEV, Stage
from ops.stage.templates import read
from testkit.builders import ISSUER
from tests.support.template import ACCOUNT, AUDIENCE, REGION, Templates

ROOT = Path(__file__).parents[2]
GUARDED = replace(DEV, issuer=ISSUER, audience=AUDIENCE)
"""A stage whose customers have tokens."""


class Assembly(Templates):
    """The output folder of a synthesis: templates, a manifest, and assets.

    `missing` are the values that the command line would have to look up in an account. A stage
    without an account or a region gets the test's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        stacks = read(folder).stacks
        ((account, region),) = {(each.account, each.region) for each in stacks}
        templates = {stack.name: stack.template for stack in stacks}
        super().__init__(templates, account or ACCOUNT, region or REGION)
        manifest = json.loads((folder / "manifest.json").read_text())
        self.manifest: dict[str, Any] = manifest["artifacts"]
        self.missing: list[Any] = manifest.get("missing", [])

    def only(self, kind: str, stack: str) -> Mapping[str, Any]:
        """Return the properties of the one resource of a type in a stack."""
        (resource,) = self.resources(kind, stack)
        return resource.properties

    def queue(self, stack: str, name: str) -> Mapping[str, Any]:
        queues = (each.properties for each in self.resources("AWS::SQS::Queue", stack))
        return next(queue for queue in queues if queue["QueueName"] == name)

    def alarm(self, metric: str, **dimensions: str) -> Mapping[str, Any]:
        """Return the properties of the one alarm on a metric with these dimensions."""
        (found,) = (
            alarm.properties
            for alarm in self.resources("AWS::CloudWatch::Alarm")
            if alarm.properties["MetricName"] == metric
            and {each["Name"]: each["Value"] for each in alarm.properties.get("Dimensions", [])}
            == dimensions
        )
        return found

    def raw(self, kind: str) -> Iterator[Mapping[str, Any]]:
        """Yield the resources of a type unresolved, with their policies and metadata."""
        for template in self.stacks.values():
            yield from (each for each in template["Resources"].values() if each["Type"] == kind)

    def metadata(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Yield the metadata of constructs, of a kind such as `aws:cdk:warning`, by their path."""
        for path in sorted(self.folder.glob("*.metadata.json")):
            for construct, entries in json.loads(path.read_text()).items():
                yield from ((construct, each["data"]) for each in entries if each["type"] == kind)

    def warnings(self) -> list[str]:
        return [text for _, text in self.metadata("aws:cdk:warning")]

    def assets(self, stack: str) -> dict[str, Path]:
        """Return the folders and archives that a stack ships, by their hash."""
        described = json.loads((self.folder / f"{stack}.assets.json").read_text())
        return {
            name: self.folder / asset["source"]["path"]
            for name, asset in described["files"].items()
            if not asset["source"]["path"].endswith(".template.json")
        }


def cdk_context(stage: str) -> str:
    """Return the context that the CDK's command line passes to the app, as JSON."""
    return json.dumps(json.loads((ROOT / "cdk.json").read_text())["context"] | {"stage": stage})


def synthesize(
    out: Path,
    stage: Stage,
    consumers: Sequence[Consumer] = CONSUMERS,
    scanners: Sequence[IPolicyValidationPlugin] = (),
) -> None:
    """Synthesize a stage in this process."""
    app = App(outdir=str(out), context=json.loads(cdk_context(stage.name)))
    Validations.of(app).add_plugins(*scanners)
    build(app, stage, consumers=consumers)
    app.synth()


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that is made once a run, in however many processes the tests run."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    out, made = shared / name, shared / f"{name}.made"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            make(out)
            made.touch()
    return out


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Assembly:
    """Return an assembly that is made once a run."""
    return Assembly(made_once(factory, name, make))
