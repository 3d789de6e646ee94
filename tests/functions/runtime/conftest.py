"""Faults of AWS, made on purpose, and a relay that publishes to memory."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from functions.relay.service import SERVICE as RELAY
from functions.runtime import stream
from functions.runtime.memory import MemoryTopic
from tests.builders import Clock, Lines
from tests.functions.runtime.lambdas import failed

type Answer = dict[str, Any] | None
type Relay = Callable[[list[dict[str, Any]]], list[str]]


class Faults:
    """Answers calls of the SDK in place of AWS."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def answer(self, client: Any, operation: str, *answers: Answer) -> None:
        """Answer the next calls of an operation so; None leaves a call to AWS."""
        left = list(answers)

        def handler(**_: Any) -> Any:
            answer = left.pop(0) if left else None
            if answer is None:
                return None
            status = 400 if "Error" in answer else 200
            return SimpleNamespace(status_code=status), {"ResponseMetadata": {}} | answer

        name = f"before-call.{client.meta.service_model.service_id.hyphenize()}.{operation}"
        client.meta.events.register(name, handler)
        self._undo.append(lambda: client.meta.events.unregister(name, handler))

    def end(self) -> None:
        for undo in self._undo:
            undo()


@pytest.fixture
def faults() -> Iterator[Faults]:
    made = Faults()
    yield made
    made.end()


class Notes:
    """The queue of what could not be published."""

    def __init__(self) -> None:
        self.kept: list[dict[str, str]] = []

    def put(self, body: str) -> None:
        self.kept.append(json.loads(body))


@pytest.fixture
def topic() -> MemoryTopic:
    return MemoryTopic()


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def relay(topic: MemoryTopic, notes: Notes, lines: Lines, clock: Clock) -> Relay:
    handle = stream.handler(RELAY, topic, notes, lines, clock)

    def invoke(records: list[dict[str, Any]]) -> list[str]:
        return failed(handle({"Records": records}, None))

    return invoke
