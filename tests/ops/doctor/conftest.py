"""Account under moto; operations that moto lacks have answers set by the test."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from functions.runtime.aws.client import client_factory
from ops.cli.options import Options
from ops.doctor import examine
from ops.doctor.finding import Finding
from ops.stage.connection import Connection
from ops.stage.templates import Blueprint
from tests.support.blueprints import dev, prod
from tests.support.command_lines import CUSTOM, parsed

__all__ = ["dev", "prod"]

REGION = "eu-central-1"
SERVICES = (
    "cloudformation",
    "dynamodb",
    "lambda",
    "secretsmanager",
    "service-quotas",
    "sesv2",
    "sns",
    "ssm",
    "sts",
)

clients = cache(client_factory(REGION))
"""The clients of all tests of this process: creating one is the slow part."""


@dataclass
class Account:
    """An account; `calls` are the operations that were called."""

    calls: list[str] = field(default_factory=list)
    _answers: dict[str, Callable[[], Any]] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a client with which a test fills the account."""
        return clients(service)

    def answers(self, operation: str, *pages: Mapping[str, Any], **answer: Any) -> None:
        """Answer an operation from now on; with pages, one page a call, in a cycle."""
        answers = cycle(pages or (answer,))
        self._answers[operation] = lambda: (SimpleNamespace(status_code=200), next(answers))

    def refuses(self, operation: str, code: str, message: str = "No.", **headers: str) -> None:
        """Refuse an operation, or all for `*`, from now on."""
        error = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPHeaders": headers},
        }
        self._answers[operation] = lambda: (SimpleNamespace(status_code=400), error)

    def record_call(self, model: Any, **_: Any) -> Any:
        """Record a call before it is made, and return its answer, if one is set."""
        self.calls.append(model.name)
        answer = self._answers.get(model.name) or self._answers.get("*")
        return answer() if answer else None

    def examined(self, blueprint: Blueprint, stage: str = "dev") -> dict[str, list[Finding]]:
        """Return the findings of the account's checks, by the checks' names."""
        found: dict[str, list[Finding]] = {}
        self.calls.clear()
        for name, finding in examine.account(Options(stage=stage, region=REGION), blueprint):
            found.setdefault(name, []).append(finding)
            for command in finding.todo:
                if command.startswith("aws ") and tuple(command.split()[1:3]) not in CUSTOM:
                    parsed(command)
        return found


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Return an account that was never used."""
    made = Account()
    with mock_aws():
        for service in SERVICES:
            clients(service).meta.events.register("before-call", made.record_call)
        monkeypatch.setattr(examine, "connect", lambda o: Connection(stage=o.stage, client=clients))
        made.answers("ListRequestedServiceQuotaChangeHistoryByQuota", RequestedQuotas=[])
        made.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": 1000})
        yield made
        for service in SERVICES:
            clients(service).meta.events.unregister("before-call", made.record_call)


def only(found: Mapping[str, list[Finding]], check: str) -> Finding:
    """Return the only finding of a check."""
    (finding,) = found[check]
    return finding
