"""Injected AWS faults, a log with one order, and the relay in memory."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from functions.map import BUS
from functions.runtime.memory.application import Application
from tests.support.builders import Clock, placed
from tests.support.recording import RecordingLog

type Answer = dict[str, Any] | None


class Faults:
    """Responses and errors in the place of those of AWS."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def answer(self, client: Any, operation: str, *answers: Answer) -> None:
        """Return these for the next calls of an operation; None leaves a call to AWS."""
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


@pytest.fixture
def relay(clock: Clock) -> Application:
    return Application([BUS], clock=clock)


@pytest.fixture
def log() -> RecordingLog:
    """Return a log with a placed order, and no calls yet."""
    log = RecordingLog()
    log.append(placed())
    log.calls.clear()
    return log
