"""Injected AWS faults, a log with one order, and the relay in memory."""

from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from functions.map import BUS
from functions.runtime.memory.application import Application
from functions.runtime.memory.log import MemoryLog
from testkit.builders import Clock, placed

type Response = dict[str, Any] | None


class Faults(ExitStack):
    """Responses and errors in the place of those of AWS, until the end of the test."""

    def inject(self, client: Any, operation: str, *responses: Response) -> None:
        """Return these for the next calls of an operation; None leaves a call to AWS."""
        left = list(responses)

        def handler(**_: Any) -> Any:
            response = left.pop(0) if left else None
            if response is None:
                return None
            status = 400 if "Error" in response else 200
            return SimpleNamespace(status_code=status), {"ResponseMetadata": {}} | response

        name = f"before-call.{client.meta.service_model.service_id.hyphenize()}.{operation}"
        client.meta.events.register(name, handler)
        self.callback(client.meta.events.unregister, name, handler)


@pytest.fixture
def faults() -> Iterator[Faults]:
    with Faults() as faults:
        yield faults


@pytest.fixture
def relay(clock: Clock) -> Application:
    return Application([BUS], clock=clock)


@pytest.fixture
def log() -> Mock:
    """Return a log with a placed order, which records its calls."""
    log = MemoryLog()
    log.append(placed())
    return Mock(wraps=log)
