"""A run of somebody's work, who may die or fail on the way, and what is looked at after it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from events import codec
from functions import map as the_map
from functions.runtime.main import InvocationFailed
from tests.faults.recorded_state import RecordedState
from tests.faults.request_hook import Died

CONSUMERS = tuple(sorted(consumer.name for consumer in the_map.CONSUMERS))
TICK = "a tick"


def attempt(work: Callable[[], object]) -> None:
    """Let something be done by somebody who may die or fail on the way, and be done with it."""
    try:
        work()
    except (Died, InvocationFailed, ClientError, BotoCoreError):
        return


def raise_violation(recorded: RecordedState) -> None:
    """Raise the first violation that was found, if there is one."""
    if recorded.violations:
        raise recorded.violations[0]


def trigger(service: str, event: Mapping[str, Any]) -> str:
    """Return what has set off a run: a route, the clock, the stream, or the types of events."""
    if "RecordedStream" not in event:
        return str(event.get("routeKey", TICK))
    if service not in CONSUMERS:
        return "records"
    return " and ".join(codec.decode(record["body"]).type for record in event["RecordedStream"])


def customer_key(number: int) -> str:
    return str(UUID(int=number + 1))
