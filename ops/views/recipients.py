"""Recipients of an event beside those that stated a fact about it, with what became of it there."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from events.envelope import Event
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from ops.logs.attempts import Attempts

UNKNOWN = "no log line yet"


def recipients(
    event: Event[Any],
    shown: Iterable[str],
    attempts: Attempts,
    consumers: tuple[Consumer, ...] = CONSUMERS,
) -> str:
    """Return the subscribers of an event that are not `shown`, such as `orders, analytics (noted)`.

    Without any log line only their names are known. The text is empty if there are none.
    """
    known = frozenset(shown)
    others = [
        consumer.name
        for consumer in consumers
        if consumer.reaction_to(event.type) and consumer.name not in known
    ]
    if not attempts:
        return ", ".join(others)
    by_outcome: defaultdict[str, list[str]] = defaultdict(list)
    for name in others:
        by_outcome[attempts.outcome(name, event.id) or UNKNOWN].append(name)
    return "; ".join(f"{', '.join(names)} ({how})" for how, names in by_outcome.items())


def unheard_of(
    events: Iterable[Event[Any]],
    attempts: Attempts,
    consumers: tuple[Consumer, ...] = CONSUMERS,
) -> bool:
    """Return whether a subscriber of one of the events has no log line about it."""
    return any(
        consumer.reaction_to(event.type) and attempts.outcome(consumer.name, event.id) is None
        for event in events
        for consumer in consumers
    )
