"""Runs of functions: the trigger, and an attempt that may die or fail."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from events import codec
from functions import map as the_map
from functions.runtime.main import InvocationFailed
from tests.faults.request_hook import Died

CONSUMERS = tuple(sorted(consumer.name for consumer in the_map.CONSUMERS))
TICK = "a tick"


def attempt(work: Callable[[], object]) -> None:
    """Do some work, and ignore that it dies or fails."""
    try:
        work()
    except (Died, InvocationFailed, ClientError, BotoCoreError):
        return


def trigger(service: str, event: Mapping[str, Any]) -> str:
    """Return what triggered a run: a route, the schedule, the stream, or the types of events."""
    if "Records" not in event:
        return str(event.get("routeKey", TICK))
    if service not in CONSUMERS:
        return "records"
    return " and ".join(codec.decode(record["body"]).type for record in event["Records"])


def customer_key(number: int) -> str:
    return str(UUID(int=number + 1))
