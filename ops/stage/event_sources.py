"""Event sources of consumers: switch them on or off, and wait for the change."""

import time
from collections.abc import Callable
from typing import Any

from ops.cli.errors import CommandError, ExitCode
from ops.stage.connection import Connection

PATIENCE = 90.0
"""Seconds to wait for AWS to switch an event source."""

_STATES = {True: "Enabled", False: "Disabled"}


def set_enabled(
    connection: Connection,
    consumer: str,
    *,
    on: bool,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Enable or disable a consumer's event source and wait; return whether the state changed.

    Raises:
        CommandError: the consumer is not deployed, or its event source does not switch in time.
    """
    client = connection.client("lambda")
    sources = _sources(connection, consumer)
    if not sources:
        raise CommandError(
            f"{consumer} has no event source on stage {connection.stage}.", ExitCode.NOT_FOUND
        )
    ids = [source["UUID"] for source in sources if source["State"] != _STATES[on]]
    for identity in ids:
        client.update_event_source_mapping(UUID=identity, Enabled=on)
    deadline = clock() + PATIENCE
    for identity in ids:
        while client.get_event_source_mapping(UUID=identity)["State"] != _STATES[on]:
            if clock() > deadline:
                raise CommandError(
                    f"{consumer} is not {_STATES[on].lower()} after {PATIENCE:.0f} s. AWS"
                    " continues to switch it: try again in a minute."
                )
            sleep(1)
    return bool(ids)


def is_enabled(connection: Connection, consumer: str) -> bool:
    """Return whether a consumer's event source is enabled, or on the way to it."""
    return not any(
        source["State"] in ("Disabling", _STATES[False])
        for source in _sources(connection, consumer)
    )


def _sources(connection: Connection, consumer: str) -> list[dict[str, Any]]:
    found = connection.client("lambda").list_event_source_mappings(
        FunctionName=connection.function(consumer)
    )
    return list(found["EventSourceMappings"])
