"""Event sources of consumers: switched on and off, and waited for."""

import time
from collections.abc import Callable
from typing import Any

from ops.cli.errors import CommandError, ExitCode
from ops.stage.connection import Connection

PATIENCE = 90.0
"""Seconds in which AWS switches an event source, at the latest."""

_STATES = {True: "Enabled", False: "Disabled"}


def set_enabled(
    connection: Connection,
    consumer: str,
    *,
    on: bool,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Switch a consumer's event source, wait until it is, and tell whether it was otherwise before.

    Raises:
        CommandError: the consumer is not deployed, or its event source does not follow.
    """
    client = connection.client("lambda")
    found = client.list_event_source_mappings(FunctionName=connection.function(consumer))
    sources: list[dict[str, Any]] = found["EventSourceMappings"]
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
                    f"{consumer} is not {_STATES[on].lower()} after {PATIENCE:.0f} s; AWS goes on"
                    " with it: look again in a minute."
                )
            sleep(1)
    return bool(ids)
