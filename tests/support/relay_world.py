"""The relay's handler on a topic in memory, and records of two orders."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from events.contracts.payment import PaymentPrepared
from functions.relay.service import SERVICE
from functions.runtime.handlers.relay import relay_handler
from functions.runtime.memory.lambda_events import failures
from functions.runtime.memory.observer import MemoryObserver
from functions.runtime.memory.topic import MemoryTopic
from tests.support.builders import Clock, placed, then

A, B = placed(order="A"), placed(order="B")
PREPARED = then(A, PaymentPrepared(reference="r"))


@pytest.fixture
def topic() -> MemoryTopic:
    return MemoryTopic()


class Notes:
    """The queue of what could not be published."""

    def __init__(self) -> None:
        self.kept: list[dict[str, str]] = []

    def put(self, body: str) -> None:
        self.kept.append(json.loads(body))


@pytest.fixture
def notes() -> Notes:
    return Notes()


type Relay = Callable[[list[dict[str, Any]]], list[str]]


@pytest.fixture
def relay(topic: MemoryTopic, notes: Notes, lines: MemoryObserver, clock: Clock) -> Relay:
    handle = relay_handler(SERVICE, topic, notes, lines, clock)

    def invoke(records: list[dict[str, Any]]) -> list[str]:
        return failures(handle({"Records": records}, None))

    return invoke
