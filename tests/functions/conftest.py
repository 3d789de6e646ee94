"""A clock, observers, and a stage under moto with its AWS calls recorded."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from itertools import count
from typing import Any, NamedTuple
from unittest.mock import Mock
from uuid import uuid4

import pytest
from moto import mock_aws

from functions import names
from functions.framework.service import Service
from functions.runtime import settings
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.log import DynamoLog
from functions.runtime.aws.tables import DynamoRecords
from functions.runtime.handlers.observer import LogObserver
from functions.runtime.memory.observer import MemoryObserver
from testkit.builders import Clock
from tests.support.client_hooks import hooked
from tests.support.tables import known_tables, make_tables, usual_tables

QUEUES = "https://sqs.eu-central-1.amazonaws.com/123456789012/"
NO_SLEEP = Mock(side_effect=AssertionError("no wait was expected"))

_stages = count(1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lines() -> MemoryObserver:
    return MemoryObserver()


class Logged:
    """The observer of a function, and its captured output."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    @cached_property
    def observer(self) -> LogObserver:
        """The observer; made in the test, because a logger keeps the stdout of its creation."""
        return LogObserver(f"service-{uuid4()}")

    def text(self) -> str:
        """Return the output since the last call."""
        return self._capture.readouterr().out


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Logged:
    return Logged(capsys)


class Call(NamedTuple):
    """An AWS call: the operation and its parameters."""

    operation: str
    sent: Mapping[str, Any]


class Calls(list[Call]):
    """The AWS calls of all clients of `connection`, since the start of the test."""

    def record(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        self.append(Call(model.name, params))

    @property
    def operations(self) -> list[str]:
        return [call.operation for call in self]


_calls = Calls()
with hooked(("provide-client-params", _calls.record)):
    _client = cache(client_factory())


@pytest.fixture(scope="module")
def connection() -> Iterator[Callable[[str], Any]]:
    """Run moto; return a factory of clients, each of which is made once in this process."""
    _calls.clear()
    with mock_aws():
        yield _client


@pytest.fixture
def calls(connection: Callable[[str], Any]) -> Calls:
    _calls.clear()
    return _calls


class Stage:
    """A stage under moto: its tables, and the environments of its functions."""

    def __init__(self, connection: Callable[[str], Any]) -> None:
        self.name = f"test{next(_stages)}"
        self.connection = connection
        self.dynamodb = connection("dynamodb")
        make_tables(self.dynamodb, self.name)
        self.own = known_tables(self.name)

    def log(self, service: str = "", sleep: Callable[[float], None] = NO_SLEEP) -> DynamoLog:
        """Return the log of a service, with the service's own tables."""
        own = {name: table for (owner, name), table in self.own.items() if owner == service}
        return DynamoLog(self.dynamodb, names.log_table(self.name), own, sleep=sleep)

    def environ(self, service: Service) -> dict[str, str]:
        """Return the environment of a service's function."""
        own = {
            settings.table_variable(table.name): self.own[service.name, table.name].name
            for table in usual_tables(service)
        }
        return own | {
            settings.SERVICE: service.name,
            settings.LOG: names.log_table(self.name),
            settings.QUEUE: f"{QUEUES}{service.name}",
            settings.UNPUBLISHED: f"{QUEUES}{names.unpublished(self.name)}",
            settings.TOPIC: f"arn:aws:sns:eu-central-1:123456789012:{names.topic(self.name)}",
        }

    def records(self, service: str, table: str) -> DynamoRecords:
        """Return a service's own table."""
        return DynamoRecords(self.dynamodb, self.own[service, table])


@pytest.fixture
def stage(connection: Callable[[str], Any]) -> Stage:
    return Stage(connection)
