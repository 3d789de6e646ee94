"""A stage as the operator's commands see it: tables under moto, functions and logs played.

For the command line, the commands are played themselves.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from events.envelope import Event
from events.history import History
from functions.runtime.aws.client import client_factory
from ops.cli.errors import ExitCode
from ops.cli.options import LOCAL, Options
from ops.logs.record import LogRecord
from ops.stage.connection import Connection
from tests.support.builders import NOW
from tests.support.tables import make_tables


def not_there(said: str) -> ClientError:
    """Return what AWS says where there is nothing of that name."""
    return ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": said}}, "Ask")


class PlayedLambda:
    """A Lambda client whose functions answer what they were told to."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: Any = {"id": "X", "status": "placed"}
        self.error: str | None = None
        self.gone: set[str] = set()

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request | {"Payload": json.loads(request["Payload"])})
        answer = {"StatusCode": 200, "Payload": io.BytesIO(msgspec.json.encode(self.answer))}
        return answer | ({"FunctionError": self.error} if self.error else {})

    def get_function_configuration(self, *, FunctionName: str) -> dict[str, Any]:  # noqa: N803
        if FunctionName in self.gone:
            raise not_there("Function not found")
        return {"LoggingConfig": {"LogGroup": f"logs of {FunctionName}"}}


class PlayedLogs:
    """A CloudWatch Logs client; a line is in its group from the moment that it was written."""

    def __init__(self, *, page: int = 10_000, tokens: bool = True) -> None:
        self.lines: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[dict[str, Any]] = []
        self.gone: set[str] = set()
        self.page = page
        self.tokens = tokens

    def write(self, group: str, message: dict[str, Any] | str, at: float) -> None:
        """Write a line at a time (Unix seconds)."""
        text = message if isinstance(message, str) else json.dumps(message)
        line = {"logStreamName": "stream", "message": text, "timestamp": int(at * 1000)}
        self.lines.setdefault(group, []).append(line)

    def filter_log_events(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        if request["logGroupName"] in self.gone:
            raise not_there("The specified log group does not exist")
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
def functions() -> PlayedLambda:
    return PlayedLambda()


@pytest.fixture
def logs() -> PlayedLogs:
    return PlayedLogs()


@pytest.fixture
def stage(functions: PlayedLambda, logs: PlayedLogs) -> Iterator[Callable[[str], Connection]]:
    """Give a stage of that name, whose tables exist."""
    with mock_aws():
        factory = client_factory()
        played = {"lambda": functions, "logs": logs}

        def client(service: str) -> Any:
            return played.get(service) or factory(service)

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
    """Play all commands, and give the arguments that they were called with, without connections."""
    calls: list[tuple[Any, ...]] = []

    def played(*given: Any, **named: Any) -> ExitCode:
        calls.append((*given[not isinstance(given[0], Options) :], named))
        return ExitCode.REFUSED

    targets = ["local.run.run", "actions.seed.seed", "actions.invoke.invoke"]
    targets += ["views.order.show", "views.orders.show", "views.metrics.show", "views.mail.show"]
    targets += ["logs.tail.tail", "actions.pause.switch"]
    targets += ["replays.replay.replay", "replays.republish.republish", "replays.jobs.show"]
    targets += ["actions.forget.forget", "actions.retire.retire"]
    targets += [f"projections.projection.{what}" for what in ("show", "check", "empty")]
    for target in targets:
        monkeypatch.setattr(f"ops.{target}", played)
    monkeypatch.setattr("ops.actions.invoke.read", lambda file: {"read": file})
    monkeypatch.setattr(
        "ops.stage.connection.connect", lambda o: Connection(stage=o.stage, client=str)
    )
    monkeypatch.delenv("FANFARE_STAGE", raising=False)
    return calls


def record(outcome: str, service: str = "payment", **fields: Any) -> LogRecord:
    """Return a record of order A, as a function would have written it."""
    known: dict[str, Any] = {"time": NOW, "service": service, "outcome": outcome, "order": "A"}
    return LogRecord(**(known | fields))


def write(connection: Connection, history: History) -> None:
    """Put a history into a stage's log."""
    for event in history:
        connection.log().append(event)


def write_events(connection: Connection, events: Iterable[Event[Any]]) -> None:
    """Put events into a stage's log."""
    for event in events:
        connection.log().append(event)
