"""Faults of AWS, made on purpose."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

type Answer = dict[str, Any] | None


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
