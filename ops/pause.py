"""A consumer's event source, switched off and on: what waits in its queue meanwhile is kept."""

import time
from collections.abc import Callable
from typing import Any

from ops.cloud import Cloud, connect
from ops.consent import consent
from ops.options import Options
from ops.replays.selection import consumer_named
from ops.trouble import Exit, Trouble

PATIENCE = 90.0
"""Seconds in which AWS switches an event source, at the latest."""

_STATES = {True: "Enabled", False: "Disabled"}


def switch(options: Options, consumer: str, *, on: bool, yes: bool) -> Exit:
    """Switch a consumer on or off and say what that means."""
    name = consumer_named(consumer).name
    what = f"puts {name} back on its queue" if on else f"takes {name} off its queue"
    consent(options, f"This {what}.", yes=yes)
    changed = turn(connect(options), name, on=on)
    if options.json:
        options.print_json({"consumer": consumer, "on": on, "changed": changed})
    else:
        options.out.print(_told(consumer, on=on, changed=changed))
    return Exit.DONE


def turn(
    cloud: Cloud,
    consumer: str,
    *,
    on: bool,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Switch a consumer's event source, wait until it is, and tell whether it was otherwise before.

    Raises:
        Trouble: the consumer is not deployed, or its event source does not follow.
    """
    client = cloud.client("lambda")
    found = client.list_event_source_mappings(FunctionName=cloud.function(consumer))
    sources: list[dict[str, Any]] = found["EventSourceMappings"]
    if not sources:
        raise Trouble(f"{consumer} has no event source on stage {cloud.stage}.", Exit.NOT_FOUND)
    ids = [source["UUID"] for source in sources if source["State"] != _STATES[on]]
    for identity in ids:
        client.update_event_source_mapping(UUID=identity, Enabled=on)
    deadline = clock() + PATIENCE
    for identity in ids:
        while client.get_event_source_mapping(UUID=identity)["State"] != _STATES[on]:
            if clock() > deadline:
                raise Trouble(
                    f"{consumer} is not {_STATES[on].lower()} after {PATIENCE:.0f} s; AWS goes on"
                    " with it: look again in a minute."
                )
            sleep(1)
    return bool(ids)


def _told(consumer: str, *, on: bool, changed: bool) -> str:
    if not changed:
        return f"{consumer} was {'running' if on else 'paused'} already."
    if on:
        return f"{consumer} works off what waited in its queue."
    return f"{consumer} is paused: its messages wait, until `fanfare resume {consumer}`."
