"""Records of a queue and of the stream, with ids derived from the event."""

from typing import Any

from events import codec
from events.envelope import Event
from functions.runtime.memory.lambda_events import queue_record, stream_record
from tests.support.builders import ORDER


def message(event: Event[Any] | str, *, receives: int = 1) -> dict[str, Any]:
    """Return a record of a FIFO queue; a text is a body that need not be an event."""
    body = event if isinstance(event, str) else codec.encode(event).decode()
    name = event if isinstance(event, str) else event.id
    return queue_record(
        body,
        message=f"message {name}",
        receipt=f"handle {name}",
        receives=receives,
        group=ORDER if isinstance(event, str) else event.subject,
    )


def record(event: Event[Any], number: int, change: str = "INSERT") -> dict[str, Any]:
    """Return a record of the log's stream."""
    return stream_record(event, number=f"{number}", change=change)
