"""What a selection of the log's events amounts to, before any of them is sent."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from events.envelope import Event
from functions.framework.batching import Unfit, fit
from functions.framework.ports import Message
from functions.runtime.operating.ports import Pages, Selection, every_page
from ops.stage.prices import READ_UNIT

EXAMPLES = 3


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An event that stands for others."""

    id: str
    time: datetime


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """How many events there are, by type, of how many orders, from when to when.

    `requests` are those that sending takes, `units` the read units of one reading.
    """

    events: int
    orders: int
    types: dict[str, int]
    oldest: Seen | None
    newest: Seen | None
    examples: tuple[str, ...]
    requests: int
    units: float

    def dollars(self, request: float) -> float:
        """Return what it costs to read and send them, where a request costs so much."""
        return self.requests * request + self.units * READ_UNIT


def take(
    pages: Pages, selection: Selection, requests_for: Callable[[Sequence[Message]], int]
) -> Census:
    """Count a selection in one reading, and hold no more than a page of it.

    `requests_for` tells how many requests the messages of a page take.

    Raises:
        Unfit: one of the messages could not travel; the message says which.
    """
    types: Counter[str] = Counter()
    orders = requests = 0
    units = 0.0
    subject = ""
    oldest: Event[Any] | None = None
    newest: Event[Any] | None = None
    examples: list[str] = []
    for page in every_page(pages, selection):
        units += page.units
        for event in page.events:
            types[event.type] += 1
            orders += event.subject != subject
            subject = event.subject
            if oldest is None or event.time < oldest.time:
                oldest = event
            if newest is None or event.time > newest.time:
                newest = event
            if len(examples) < EXAMPLES:
                examples.append(event.id)
        requests += requests_for([_fit(message) for message in page.messages])
    return Census(
        events=types.total(),
        orders=orders,
        types=dict(sorted(types.items())),
        oldest=Seen(id=oldest.id, time=oldest.time) if oldest else None,
        newest=Seen(id=newest.id, time=newest.time) if newest else None,
        examples=tuple(examples),
        requests=requests,
        units=units,
    )


def _fit(message: Message) -> Message:
    try:
        return fit(message)
    except Unfit as error:
        raise Unfit(f"{message.id}: {error}") from error
