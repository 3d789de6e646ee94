"""Synthesizes stages as the CDK's command line would, and reads what came out."""

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
from tests.support.builders import AUDIENCE, ISSUER
from tests.support.template import ACCOUNT, REGION, Resource, Templates

ROOT = Path(__file__).parents[2]
GUARDED = replace(DEV, issuer=ISSUER, audience=AUDIENCE)
"""A stage whose customers show tokens."""


class Assembly:
    """What a synthesis leaves in its folder: templates, a manifest, and assets.

    `missing` is what the command line would have to ask an account for. Values are resolved as of
    the stage's account and region, or of some where it is bound to none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blueprint = read(folder)
        manifest = json.loads((folder / "manifest.json").read_text())
        self.manifest: dict[str, Any] = manifest["artifacts"]
        self.missing: list[Any] = manifest.get("missing", [])
        ((account, region),) = {(each.account, each.region) for each in self.blueprint.stacks}
        self.account = account or ACCOUNT
        self.region = region or REGION
        self.stacks: dict[str, Any] = {
            stack.name: stack.template for stack in self.blueprint.stacks
        }

    def resources(self, kind: str, stack: str | None = None) -> list[Resource]:
        """Return the resources of a type, of one stack or of all, their values resolved."""
        chosen = self.stacks if stack is None else {stack: self.stacks[stack]}
        return list(Templates(chosen, self.account, self.region).resources(kind))

    def only(self, kind: str, stack: str) -> Mapping[str, Any]:
        """Return the properties of the one resource of a type in a stack."""
        (resource,) = self.resources(kind, stack)
        return resource.properties

    def queue(self, stack: str, name: str) -> Mapping[str, Any]:
        """Return the properties of a queue of that name."""
        queues = (each.properties for each in self.resources("AWS::SQS::Queue", stack))
        return next(queue for queue in queues if queue["QueueName"] == name)

    def alarm(self, metric: str, **dimensions: str) -> Mapping[str, Any]:
        """Return the properties of the one alarm on a metric with these dimensions."""
        found = [
            alarm.properties
            for alarm in self.resources("AWS::CloudWatch::Alarm")
            if alarm.properties["MetricName"] == metric
            and {each["Name"]: each["Value"] for each in alarm.properties.get("Dimensions", [])}
            == dimensions
        ]
        assert len(found) == 1, f"{len(found)} alarms on {metric} of {dimensions or 'all'}"
        return found[0]

    def raw(self, kind: str) -> Iterator[Mapping[str, Any]]:
        """Yield the resources of a type as they are written, with what is not a property."""
        for stack in self.blueprint.stacks:
            yield from stack.resources(kind)

    def said(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Yield what constructs say about themselves, of a kind such as `aws:cdk:warning`."""
        for path in sorted(self.folder.glob("*.metadata.json")):
            for construct, entries in json.loads(path.read_text()).items():
                yield from ((construct, each["data"]) for each in entries if each["type"] == kind)

    def warnings(self) -> list[str]:
        """Return what the command line warns of."""
        return [text for _, text in self.said("aws:cdk:warning")]

    def assets(self, stack: str) -> dict[str, Path]:
        """Return the folders and archives that a stack ships, by their hash."""
        described = json.loads((self.folder / f"{stack}.assets.json").read_text())
        return {
            name: self.folder / asset["source"]["path"]
            for name, asset in described["files"].items()
            if not asset["source"]["path"].endswith(".template.json")
        }


def cdk_context(stage: str) -> str:
    """Return what the CDK's command line hands to the app, as JSON."""
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
