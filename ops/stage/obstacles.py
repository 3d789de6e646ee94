"""Obstacles of consumers: one is paused, or its queue delivers late."""

from collections.abc import Iterable

from functions.framework.service import Consumer
from ops.stage.aws_errors import explain
from ops.stage.connection import Connection
from ops.stage.event_sources import is_enabled
from ops.stage.queue_delay import delay_of


def obstacles(connection: Connection, consumers: Iterable[Consumer]) -> dict[str, str]:
    """Return `paused`, `slow by 5 s` or both for each consumer to which that applies.

    What these credentials may not read, or the stage does not have, is left out.
    """
    found = {consumer.name: _obstacle(connection, consumer) for consumer in consumers}
    return {name: text for name, text in found.items() if text}


def _obstacle(connection: Connection, consumer: Consumer) -> str:
    try:
        paused = "" if is_enabled(connection, consumer.name) else "paused"
        delay = delay_of(connection, consumer)
    except Exception as error:
        if explain(error, connection.stage) is None:
            raise
        return ""
    return " and ".join(part for part in (paused, f"slow by {delay} s" if delay else "") if part)
