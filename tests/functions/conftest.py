"""A clock, an observer, and a small AWS in this process with its calls counted."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from moto import mock_aws

from functions import names
from functions.framework.service import Service
from functions.runtime import settings
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.log import DynamoLog
from functions.runtime.handlers.observer import LogObserver
from functions.runtime.memory.observer import MemoryObserver
from tests.support.builders import Clock
from tests.support.tables import known_tables, make_tables, usual_tables

_stages = count(1)
_client = cache(client_factory())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lines() -> MemoryObserver:
    return MemoryObserver()


class Logged:
    """The real observer, and the lines that it wrote."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    @cached_property
    def observer(self) -> LogObserver:
        """The observer, made in the test: it keeps the stdout of then, under a name of its own."""
        return LogObserver(f"service-{uuid4()}")

    def text(self) -> str:
        """Return what was written since the last time."""
        return self._capture.readouterr().out

    def lines(self) -> list[dict[str, Any]]:
        """Return the structured lines among it, without the metrics."""
        parsed = [json.loads(line) for line in self.text().splitlines()]
        return [line for line in parsed if "_aws" not in line]


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Logged:
    return Logged(capsys)


@dataclass(frozen=True)
class Call:
    """One call of the SDK: the operation and its parameters."""

    operation: str
    sent: Mapping[str, Any]


@dataclass
class Calls:
    """All calls since the test began, or since `clear`."""

    made: list[Call] = field(default_factory=list)

    def note(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        self.made.append(Call(model.name, params))

    def clear(self) -> None:
        self.made.clear()

    @property
    def operations(self) -> list[str]:
        return [call.operation for call in self.made]


@pytest.fixture(scope="module")
def connection() -> Iterator[Callable[[str], Any]]:
    """AWS in memory; gives clients, which are made once for all tests of this process."""
    with mock_aws():
        yield _client


@pytest.fixture
def calls(connection: Callable[[str], Any]) -> Iterator[Calls]:
    """What is called from here on, by whichever client."""
    made = Calls()
    clients = [connection(service) for service in ("dynamodb", "sqs", "sns")]
    for each in clients:
        each.meta.events.register("provide-client-params", made.note)
    yield made
    for each in clients:
        each.meta.events.unregister("provide-client-params", made.note)


class Stage:
    """The tables, queues and topic of a stage, named as everywhere, and its functions."""

    def __init__(self, connection: Callable[[str], Any]) -> None:
        self.name = f"test{next(_stages)}"
        self.connection = connection
        self.dynamodb = connection("dynamodb")
        make_tables(self.dynamodb, self.name)
        self.own = known_tables(self.name)

    def log(
        self, service: str | None = None, sleep: Callable[[float], None] | None = None
    ) -> DynamoLog:
        """Return the log as a service has it: with its own tables."""
        own = {name: table for (owner, name), table in self.own.items() if owner == service}
        table = names.log_table(self.name)
        return DynamoLog(self.dynamodb, table, own, sleep=sleep or _never)

    def environ(self, service: Service) -> dict[str, str]:
        """Return the environment of a service's function."""
        own = {
            settings.table_variable(table.name): self.own[service.name, table.name].name
            for table in usual_tables(service)
        }
        return own | {
            settings.SERVICE: service.name,
            settings.LOG: names.log_table(self.name),
            settings.QUEUE: f"https://sqs.eu-central-1.amazonaws.com/123456789012/{service.name}",
            settings.UNPUBLISHED: "https://sqs.eu-central-1.amazonaws.com/123456789012/"
            + names.unpublished(self.name),
            settings.TOPIC: f"arn:aws:sns:eu-central-1:123456789012:{names.topic(self.name)}",
        }

    def put(self, service: str, table: str, key: str, **values: str | int) -> None:
        """Write an item into a service's own table, as seeding does."""
        own = self.own[service, table]
        item = {
            name: {"N": str(value)} if isinstance(value, int) else {"S": value}
            for name, value in values.items()
        }
        self.dynamodb.put_item(TableName=own.name, Item={own.key: {"S": key}} | item)


@pytest.fixture
def stage(connection: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr("functions.runtime.aws.client.client_factory", lambda: connection)
    return Stage(connection)


def _never(_: float) -> None:
    raise AssertionError("nothing was to be waited for")
