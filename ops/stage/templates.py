"""A stage's stacks as the CDK writes them: what is deployed, or would be, is read from there."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from ops.cli.errors import CommandError
from ops.paths import ROOT

FUNCTION = "AWS::Lambda::Function"
SOURCE = "AWS::Lambda::EventSourceMapping"
TABLE = "AWS::DynamoDB::Table"
STACK = "aws:cloudformation:stack"
_ANYWHERE = "unknown-"
"""How the CDK names an account, or a region, that a stack is not bound to."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack: its template, where it is bound to go, and what must be there before it.

    `account` and `region` are None where the operator's credentials decide. `bootstrap` is the
    version of the CDK's toolkit that it needs, and `bootstrap_parameter` the name of the parameter
    (SSM) that holds the version which is there; both are None where none is needed. `archives` are
    the zips that it ships.
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
        """Yield the resources of a type as they are written."""
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
        """Return what the functions are told under the name of a variable, by function."""
        told = {
            function["FunctionName"]: function["Environment"]["Variables"].get(name)
            for function in self.properties(FUNCTION)
        }
        return {function: value for function, value in told.items() if value is not None}

    @property
    def protected(self) -> bool:
        """Whether the stage refuses to be deleted, as one with real customers does."""
        return any(stack.protected for stack in self.stacks)


def read(folder: Path) -> Blueprint:
    """Return what a synthesis left in its folder."""
    artifacts = msgspec.json.decode((folder / "manifest.json").read_bytes())["artifacts"]
    return Blueprint(
        tuple(
            _stack(folder, name, artifact)
            for name, artifact in sorted(artifacts.items())
            if artifact["type"] == STACK
        )
    )


def synthesize(stage: str, folder: Path, context: Sequence[str] = ()) -> Blueprint:
    """Synthesize a stage into a folder, by the app itself; it takes seconds, and asks no account.

    `context` is what the CDK's command line would be told besides, such as `issuer=https://…`.

    Raises:
        CommandError: the app refuses; the message is the app's.
    """
    told = dict(each.partition("=")[::2] for each in context)
    settings = msgspec.json.decode((ROOT / "cdk.json").read_bytes())["context"]
    settings |= {**told, "stage": stage}
    node = Path(sys.executable).with_name("node")
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        cwd=ROOT,
        env={"JSII_NODE": str(node)}
        | os.environ
        | {"CDK_OUTDIR": str(folder), "CDK_CONTEXT_JSON": msgspec.json.encode(settings).decode()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise CommandError(f"The templates cannot be made. {said[-1]}")
    return read(folder)


def stage_templates(stage: str, context: Sequence[str] = ()) -> Blueprint:
    """Synthesize a stage and keep nothing of it but what its templates say: no archives.

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
