"""The CloudFormation templates of a stage, as the CDK synthesizes them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from ops.cli.checkout import must_be_checkout
from ops.cli.errors import CommandError
from ops.paths import ROOT

FUNCTION = "AWS::Lambda::Function"
SOURCE = "AWS::Lambda::EventSourceMapping"
TABLE = "AWS::DynamoDB::Table"
STACK = "aws:cloudformation:stack"
_ANYWHERE = "unknown-"
"""Prefix of the CDK's name for an account or a region that is not fixed."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack: its template, its target and its prerequisites.

    `account` and `region` are None where the operator's credentials decide. `bootstrap` is the
    version of the CDK's toolkit stack that it needs, and `bootstrap_parameter` the name of the SSM
    parameter with the deployed version; both are None where none is needed. `archives` are its zip
    assets.
    """

    name: str
    template: Mapping[str, Any]
    protected: bool
    account: str | None
    region: str | None
    bootstrap: int | None
    bootstrap_parameter: str | None
    archives: tuple[Path, ...] = ()

    def resources(self, kind: str) -> Iterator[Mapping[str, Any]]:
        """Yield the resources of a type, references unresolved."""
        yield from (each for each in self.template["Resources"].values() if each["Type"] == kind)


@dataclass(frozen=True)
class Blueprint:
    """All stacks of a stage."""

    stacks: tuple[Stack, ...]

    def properties(self, kind: str) -> Iterator[Mapping[str, Any]]:
        """Yield the properties of all resources of a type, references unresolved."""
        for stack in self.stacks:
            yield from (each.get("Properties", {}) for each in stack.resources(kind))

    def settings(self, name: str) -> dict[str, str]:
        """Return the values of an environment variable, by the functions that have it."""
        values = {
            function["FunctionName"]: function["Environment"]["Variables"].get(name)
            for function in self.properties(FUNCTION)
        }
        return {function: value for function, value in values.items() if value is not None}

    @property
    def protected(self) -> bool:
        """Whether the stage has termination protection, as one with real customers has."""
        return any(stack.protected for stack in self.stacks)


def read(folder: Path) -> Blueprint:
    """Read the output folder of a synthesis."""
    artifacts = msgspec.json.decode((folder / "manifest.json").read_bytes())["artifacts"]
    return Blueprint(
        tuple(
            _stack(folder, name, artifact)
            for name, artifact in sorted(artifacts.items())
            if artifact["type"] == STACK
        )
    )


def synthesize(stage: str, folder: Path, context: Sequence[str] = ()) -> Blueprint:
    """Synthesize a stage into a folder by running the app; it takes seconds and calls no account.

    `context` are context values for the CDK, such as `issuer=https://…`.

    Raises:
        CommandError: the app fails; the message is the app's.
    """
    must_be_checkout("The synthesis of a stage")
    extra = dict(each.partition("=")[::2] for each in context)
    settings = msgspec.json.decode((ROOT / "cdk.json").read_bytes())["context"]
    settings |= {**extra, "stage": stage}
    node = Path(sys.executable).with_name("node")
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        cwd=ROOT,
        env={"JSII_NODE": str(node), "CDK_VALIDATION": "false"}  # it takes three seconds
        | os.environ
        | {"CDK_OUTDIR": str(folder), "CDK_CONTEXT_JSON": msgspec.json.encode(settings).decode()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"The templates cannot be synthesized. {_reason(done.stderr)}")
    return read(folder)


def _reason(output: str) -> str:
    """Return the CDK's first validation error with its construct, or the last line."""
    lines = output.strip().splitlines() or ["nothing"]
    errors = (place for place, line in enumerate(lines) if line.startswith("ERROR "))
    first = next(errors, None)
    return lines[-1] if first is None else " ".join(map(str.strip, lines[first : first + 2]))


def stage_templates(stage: str, context: Sequence[str] = ()) -> Blueprint:
    """Synthesize a stage in a temporary folder and return its stacks, without archives.

    Raises:
        CommandError: as `synthesize`.
    """
    with TemporaryDirectory(prefix="fanfare-") as folder:
        made = synthesize(stage, Path(folder), context)
    return Blueprint(tuple(replace(stack, archives=()) for stack in made.stacks))


def _stack(folder: Path, name: str, artifact: Mapping[str, Any]) -> Stack:
    properties = artifact["properties"]
    account, region = artifact["environment"].removeprefix("aws://").split("/")
    files = msgspec.json.decode((folder / f"{name}.assets.json").read_bytes())["files"]
    return Stack(
        name=name,
        template=msgspec.json.decode((folder / properties["templateFile"]).read_bytes()),
        protected=properties.get("terminationProtection", False),
        account=None if account.startswith(_ANYWHERE) else account,
        region=None if region.startswith(_ANYWHERE) else region,
        bootstrap=properties.get("requiresBootstrapStackVersion"),
        bootstrap_parameter=properties.get("bootstrapStackVersionSsmParameter"),
        archives=tuple(
            sorted(
                folder / file["source"]["path"]
                for file in files.values()
                if file["source"]["path"].endswith(".zip")
            )
        ),
    )
