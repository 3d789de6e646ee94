"""Command lines as people are told to type them: whether they can be run as they stand."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from botocore import xform_name
from botocore.model import OperationModel, Shape
from botocore.session import Session

from ops.main import main, run_command
from tests.support.assembly import ROOT

OF_THE_CLI = {"cli-binary-format", "max-items", "output", "profile", "query", "region"}
"""Options that are the AWS CLI's own."""

CUSTOM = {("configure", "list-profiles"), ("sso", "login")}
"""Commands that are the AWS CLI's own."""

RENAMED = {("Subscribe", "notification-endpoint"): "endpoint"}
"""Parameters that the AWS CLI calls otherwise than AWS does: it has options of those names."""

OTHERS = {"curl", "git", "rm", "sudo"}
CDK = {"bootstrap", "deploy", "import"}


@dataclass(frozen=True)
class Call:
    """A call of AWS that a command line makes: `given` are the SDK's arguments, as text."""

    service: str
    operation: str
    given: dict[str, Any] = field(default_factory=dict)

    def run(self, client: Any) -> Any:
        """Make the call, or wait as `aws … wait` does."""
        if self.operation.startswith("wait "):
            waiter = client.get_waiter(self.operation.removeprefix("wait "))
            return waiter.wait(**self.given, WaiterConfig={"Delay": 0})
        return getattr(client, self.operation)(**self.given)


def fenced(text: str) -> Iterator[str]:
    """Yield each line of a text's blocks of shell, whole also where it is broken."""
    for block in re.findall(r"(?ms)^```sh\n(.*?)^```$", text):
        yield from block.replace("\\\n", "").splitlines()


def check(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail if a command line could not be run: words that its program does not know."""
    words = shlex.split(line, comments=True)
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        words.pop(0)
    program = words[0].removeprefix(".venv/bin/")
    if program == "fanfare":
        _check_fanfare(words[1:], monkeypatch)
    elif program == "make":
        targets = re.findall(r"(?m)^([a-z]+):.*## ", (ROOT / "Makefile").read_text())
        assert words[1] in targets
    elif program == "aws":
        if tuple(words[1:3]) not in CUSTOM:
            parsed(line)
    elif program == "cdk":
        assert words[1] in CDK
    else:
        assert program in OTHERS, f"nobody checks {program}"


def parsed(line: str) -> Call:
    """Return the call of AWS that a command line makes, or fail if AWS has no such."""
    _, service, name, *rest = shlex.split(line, comments=True)
    model = _model(service)
    if name == "wait":
        waiter = rest.pop(0).replace("-", "_")
        waits = Session().get_waiter_model(service)
        known = {xform_name(each): each for each in waits.waiter_names}
        assert waiter in known, line
        operation: OperationModel = model.operation_model(waits.get_waiter(known[waiter]).operation)
        called = f"wait {waiter}"
    else:
        operations = {xform_name(each, "-"): each for each in model.operation_names}
        assert name in operations, f"{service} has no {name}"
        operation = model.operation_model(operations[name])
        called = xform_name(operations[name])
    return Call(service, called, dict(_given(operation, rest, line)))


def _given(operation: OperationModel, words: list[str], line: str) -> Iterator[tuple[str, Any]]:
    shape = operation.input_shape
    members: dict[str, Shape] = shape.members if shape else {}
    known = {xform_name(each, "-"): each for each in members}
    given: set[str] = set()
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            continue  # such as the file that an answer goes to
        option = RENAMED.get((operation.name, word[2:]), word[2:])
        switched = option.removeprefix("no-")
        if option in OF_THE_CLI:
            words.pop(0)
        elif switched in known and members[known[switched]].type_name == "boolean":
            given.add(known[switched])
            yield known[switched], switched == option
        else:
            assert option in known, f"{operation.name} takes no --{option}: {line}"
            given.add(known[option])
            yield known[option], words.pop(0)
    missing = set(getattr(shape, "required_members", ())) - given
    assert not missing, f"{operation.name} wants {missing}: {line}"


@cache
def _model(service: str) -> Any:
    return Session().get_service_model(service)


def _check_fanfare(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []

    def played(*_: object) -> int:
        ended.append(1)
        return 0

    with monkeypatch.context() as patched:
        patched.setattr(f"{run_command.__module__}.{run_command.__name__}", played)
        assert main(words) == 0
    assert ended, f"fanfare {' '.join(words)} is no command"
