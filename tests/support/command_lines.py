"""Commands in documents and messages: whether they can be run as they are printed."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple
from unittest.mock import patch

from botocore import xform_name
from botocore.model import OperationModel

from functions.runtime.aws.client import client_factory
from ops.main import main, run_command
from tests.support.assembly import ROOT

OF_THE_CLI = {"cli-binary-format", "max-items", "output", "profile", "query", "region"}
"""Options of the AWS CLI itself."""

CUSTOM = {("configure", "list-profiles"), ("sso", "login")}
"""Commands of the AWS CLI itself."""

RENAMED = {("Subscribe", "notification-endpoint"): "endpoint"}
"""Parameters that the AWS CLI renames: it has options of those names."""

OTHERS = {"curl", "git", "rm", "sudo"}
CDK = {"bootstrap", "deploy", "import"}

_clients = cache(client_factory("eu-central-1"))


class Call(NamedTuple):
    """A call of AWS by a command line: `given` are the SDK's arguments, as text."""

    service: str
    operation: str
    given: dict[str, Any]

    def run(self, client: Any) -> Any:
        """Make the call, or wait as `aws … wait` does."""
        if self.operation in client.waiter_names:
            return client.get_waiter(self.operation).wait(**self.given, WaiterConfig={"Delay": 0})
        return getattr(client, self.operation)(**self.given)


def fenced(text: str) -> Iterator[str]:
    """Yield each line of a text's blocks of shell; broken lines are joined."""
    for block in re.findall(r"(?ms)^```sh\n(.*?)^```$", text):
        yield from block.replace("\\\n", "").splitlines()


def check(line: str) -> None:
    """Fail if a program does not know the command, its options or its arguments."""
    words = shlex.split(line, comments=True)
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        words.pop(0)
    program = words[0].removeprefix(".venv/bin/")
    if program == "fanfare":
        with patch(f"{run_command.__module__}.{run_command.__name__}", return_value=0) as run:
            assert main(words[1:]) == 0
        assert run.called, f"{line} is no command"
    elif program == "make":
        assert words[1] in re.findall(r"(?m)^([a-z]+):.*## ", (ROOT / "Makefile").read_text())
    elif program == "aws":
        if tuple(words[1:3]) not in CUSTOM:
            parsed(line)
    elif program == "cdk":
        assert words[1] in CDK
    else:
        assert program in OTHERS, f"no check knows {program}"


def parsed(line: str) -> Call:
    """Return the call of AWS that a command line makes, or fail if AWS has no such."""
    _, service, name, *rest = shlex.split(line, comments=True)
    client = _clients(service)
    method = (rest.pop(0) if name == "wait" else name).replace("-", "_")
    if name == "wait":
        assert method in client.waiter_names, line
        operation = client.get_waiter(method).config.operation
    else:
        assert method in client.meta.method_to_api_mapping, f"{service} has no {name}"
        operation = client.meta.method_to_api_mapping[method]
    model = client.meta.service_model.operation_model(operation)
    return Call(service, method, dict(_given(model, rest, line)))


def _given(operation: OperationModel, words: list[str], line: str) -> Iterator[tuple[str, Any]]:
    shape: Any = operation.input_shape
    members = shape.members if shape else {}
    known = {xform_name(each, "-"): each for each in members}
    missing = set(shape.required_members if shape else ())
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            continue  # such as the file for the answer
        option = RENAMED.get((operation.name, word[2:]), word[2:])
        switched = option.removeprefix("no-")
        if option in OF_THE_CLI:
            words.pop(0)
        elif switched in known and members[known[switched]].type_name == "boolean":
            missing.discard(known[switched])
            yield known[switched], switched == option
        else:
            assert option in known, f"{operation.name} takes no --{option}: {line}"
            missing.discard(known[option])
            yield known[option], words.pop(0)
    assert not missing, f"{operation.name} requires {missing}: {line}"
