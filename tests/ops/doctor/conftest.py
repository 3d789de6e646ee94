"""Account under moto; operations that moto lacks have answers set by the test."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.client import BaseClient
from moto import mock_aws

from functions.runtime.aws.client import client_factory
from ops.cli.options import Options
from ops.doctor import examine
from ops.doctor.finding import Finding
from ops.stage.connection import Connection
from ops.stage.templates import Blueprint
from tests.support.blueprints import dev, prod
from tests.support.command_lines import check

__all__ = ["dev", "prod"]

REGION = "eu-central-1"


@dataclass
class Account:
    """An account; `calls` are the operations that were called."""

    calls: list[str] = field(default_factory=list)
    answer: dict[str, Callable[[], Any]] = field(default_factory=dict)

    client = staticmethod(cache(client_factory(REGION)))
    """The clients of all tests of this process: creating one is the slow part."""

    def answers(self, operation: str, *pages: Mapping[str, Any], **answer: Any) -> None:
        """Answer an operation from now on; with pages, one page a call, in a cycle."""
        answers = cycle(pages or (answer,))
        self.answer[operation] = lambda: (SimpleNamespace(status_code=200), next(answers))

    def refuses(self, operation: str, code: str, message: str = "No.", **headers: str) -> None:
        """Refuse an operation, or all for `*`, from now on."""
        error = {"Code": code, "Message": message}
        answer = {"Error": error, "ResponseMetadata": {"HTTPHeaders": headers}}
        self.answer[operation] = lambda: (SimpleNamespace(status_code=400), answer)

    def examined(self, blueprint: Blueprint, stage: str = "dev") -> dict[str, list[Finding]]:
        """Return the findings of the account's checks, by the checks' names."""
        found: dict[str, list[Finding]] = {}
        self.calls.clear()
        for name, finding in examine.account(Options(stage=stage, region=REGION), blueprint):
            found.setdefault(name, []).append(finding)
            for command in finding.todo:
                check(command)
        return found


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    made = Account()
    send = vars(BaseClient)["_make_request"]

    def request(client: BaseClient, model: Any, *given: Any) -> Any:
        made.calls.append(model.name)
        answer = made.answer.get(model.name) or made.answer.get("*")
        return answer() if answer else send(client, model, *given)

    monkeypatch.setattr(BaseClient, "_make_request", request)
    monkeypatch.setattr(examine, "connect", lambda o: Connection(stage=o.stage, client=made.client))
    made.answers("ListRequestedServiceQuotaChangeHistoryByQuota", RequestedQuotas=[])
    made.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": 1000})
    with mock_aws():
        yield made


def only(found: Mapping[str, list[Finding]], check: str) -> Finding:
    (finding,) = found[check]
    return finding
