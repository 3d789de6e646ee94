"""Fixtures of the operator's commands: stages under moto, with fake functions and logs.

For tests of the command line, the commands themselves are replaced.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from events.envelope import Event
from functions.runtime.aws.client import client_factory
from ops.cli.errors import ExitCode
from ops.cli.options import LOCAL, Options
from ops.logs.record import LogRecord
from ops.stage.connection import Connection
from testkit.builders import NOW
from tests.support.tables import make_tables


def not_found(message: str) -> ClientError:
    """Return the error of AWS for a missing resource."""
    return ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": message}}, "Get")


class FakeLambda:
    """A Lambda client whose functions return `answer`."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answer: Any = {"id": "X", "status": "placed"}
        self.error: str | None = None
        self.gone: set[str] = set()
        self.listed: list[dict[str, Any]] = []
        self.paused: set[str] = set()

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request | {"Payload": json.loads(request["Payload"])})
        answer = {"StatusCode": 200, "Payload": io.BytesIO(msgspec.json.encode(self.answer))}
        return answer | ({"FunctionError": self.error} if self.error else {})

    def get_function_configuration(self, *, FunctionName: str) -> dict[str, Any]:  # noqa: N803
        if FunctionName in self.gone:
            raise not_found("Function not found")
        return {"LoggingConfig": {"LogGroup": f"logs of {FunctionName}"}}

    def list_event_source_mappings(self, *, FunctionName: str) -> dict[str, Any]:  # noqa: N803
        state = "Disabled" if FunctionName in self.paused else "Enabled"
        return {"EventSourceMappings": [{"State": state}]}

    def get_paginator(self, operation: str) -> Any:
        return SimpleNamespace(paginate=lambda: [{"Functions": self.listed}])


class FakeLogs:
    """A CloudWatch Logs client; a line is in its group once it is written."""

    def __init__(self, *, page: int = 10_000, tokens: bool = True) -> None:
        self.lines: dict[str, list[dict[str, Any]]] = {}
        self.requests: list[dict[str, Any]] = []
        self.gone: set[str] = set()
        self.page = page
        self.tokens = tokens

    def write(self, group: str, message: dict[str, Any] | str, at: float) -> None:
        """Write a line at a time (Unix seconds)."""
        text = message if isinstance(message, str) else json.dumps(message)
        line = {"logStreamName": "stream", "message": text, "timestamp": int(at * 1000)}
        self.lines.setdefault(group, []).append(line)

    def filter_log_events(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        if request["logGroupName"] in self.gone:
            raise not_found("The specified log group does not exist")
        wanted = [
            line
            for line in self.lines.get(request["logGroupName"], [])
            if request["startTime"] <= line["timestamp"] <= request.get("endTime", float("inf"))
        ]
        begin = int(request.get("nextToken", 0))
        end = begin + self.page
        more = {"nextToken": str(end)} if self.tokens and end < len(wanted) else {}
        return {"events": wanted[begin:end]} | more


@pytest.fixture
def functions() -> FakeLambda:
    return FakeLambda()


@pytest.fixture
def logs() -> FakeLogs:
    return FakeLogs()


@pytest.fixture
def stage(functions: FakeLambda, logs: FakeLogs) -> Iterator[Callable[[str], Connection]]:
    """Give a function that makes a stage of a name, with its tables."""
    with mock_aws():
        factory = client_factory()
        fakes = {"lambda": functions, "logs": logs}

        def client(service: str) -> Any:
            return fakes.get(service) or factory(service)

        def make(name: str) -> Connection:
            made = Connection(stage=name, client=cache(client))
            make_tables(made.client("dynamodb"), name)
            return made

        yield make


@pytest.fixture
def here(stage: Callable[[str], Connection]) -> Connection:
    """Give the local stage."""
    return stage(LOCAL)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Replace all commands; give the arguments of their calls, without connections."""
    calls: list[tuple[Any, ...]] = []

    def replaced(*given: Any, **named: Any) -> ExitCode:
        calls.append((*given[not isinstance(given[0], Options) :], named))
        return ExitCode.REFUSED

    targets = [
        "local.run.run",
        "local.redeploy.deploy_services",
        "actions.seed.seed",
        "actions.invoke.invoke",
    ]
    targets += ["views.order.show", "views.orders.show", "views.metrics.show", "views.mail.show"]
    targets += ["logs.tail.tail", "actions.pause.switch", "actions.slow.slow", "tour.guide.tour"]
    targets += ["replays.replay.replay", "replays.republish.republish", "replays.jobs.show"]
    targets += ["actions.forget.forget", "actions.retire.retire"]
    targets += [f"projections.projection.{what}" for what in ("show", "check", "empty")]
    for target in targets:
        monkeypatch.setattr(f"ops.{target}", replaced)
    monkeypatch.setattr("ops.actions.invoke.read", lambda file: {"read": file})
    monkeypatch.setattr(
        "ops.stage.connection.connect", lambda o: Connection(stage=o.stage, client=str)
    )
    monkeypatch.delenv("FANFARE_STAGE", raising=False)
    return calls


def record(outcome: str, service: str = "payment", **fields: Any) -> LogRecord:
    """Return a record of order A, as a function writes it."""
    known: dict[str, Any] = {"time": NOW, "service": service, "outcome": outcome, "order": "A"}
    return LogRecord(**(known | fields))


def write(connection: Connection, events: Iterable[Event[Any]]) -> None:
    """Append events to a stage's log."""
    for event in events:
        connection.log().append(event)
