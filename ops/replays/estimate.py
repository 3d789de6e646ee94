"""Estimate of a selection of the log's events, before any of them is sent."""

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


class EventRef(msgspec.Struct, frozen=True, kw_only=True):
    """The id and time of an event."""

    id: str
    time: datetime


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of events, by type, and of orders, and the oldest and newest event.

    `requests` are the requests that send them, `units` the read units of one reading.
    """

    events: int
    orders: int
    types: dict[str, int]
    oldest: EventRef | None
    newest: EventRef | None
    examples: tuple[str, ...]
    requests: int
    units: float

    def dollars(self, request_price: float) -> float:
        """Return the costs of reading and sending in US dollars, at a price for each request."""
        return self.requests * request_price + self.units * READ_UNIT


def estimate(
    pages: Pages, selection: Selection, requests_for: Callable[[Sequence[Message]], int]
) -> Estimate:
    """Count a selection in one reading, with at most a page in memory.

    `requests_for` returns the number of requests for the messages of a page.

    Raises:
        Unfit: one of the messages cannot be sent; the error names it.
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
    return Estimate(
        events=types.total(),
        orders=orders,
        types=dict(sorted(types.items())),
        oldest=EventRef(id=oldest.id, time=oldest.time) if oldest else None,
        newest=EventRef(id=newest.id, time=newest.time) if newest else None,
        examples=tuple(examples),
        requests=requests,
        units=units,
    )


def _fit(message: Message) -> Message:
    try:
        return fit(message)
    except Unfit as error:
        raise Unfit(f"{message.id}: {error}") from error
