"""What a selection of the log's events amounts to, before any of them is sent."""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from events import codec
from events.envelope import Event
from functions.runtime.operating.ports import LogPage, Pages, Selection
from functions.runtime.packing import MAX_ENTRIES, pack
from functions.runtime.ports import Message
from ops.costs.prices import READ_UNIT, REQUEST

EXAMPLES = 3

CHUNK = 64 * 1024
"""Bytes of a batch that SQS bills as one request."""

TRIPS = 3
"""Requests that a batch costs: it is sent, received and deleted."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An event that stands for others."""

    id: str
    time: datetime


class Census(msgspec.Struct, frozen=True, kw_only=True):
    """How many events there are, by type, of how many orders, from when to when.

    `requests` are those of SQS that sending takes, `units` the read units of one reading.
    """

    events: int
    orders: int
    types: dict[str, int]
    oldest: Seen | None
    newest: Seen | None
    examples: tuple[str, ...]
    requests: int
    units: float

    def dollars(self, *, ordered: bool) -> float:
        """Return what it costs to read and send them, without what the consumer then does."""
        return self.requests * TRIPS * REQUEST[ordered] + self.units * READ_UNIT


def take(pages: Pages, selection: Selection, *, most: int = MAX_ENTRIES) -> Census:
    """Count a selection in one reading, and hold no more than a page of it.

    `most` is the number of messages that would go into one batch.
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
        for batch in pack(map(message_of, page.events), most):
            requests += math.ceil(sum(len(message.body) for message in batch) / CHUNK)
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


def every_page(pages: Pages, selection: Selection, cursor: str | None = None) -> Iterator[LogPage]:
    """Yield the pages of a selection beyond a cursor, to the last."""
    while True:
        page = pages.page(selection, cursor)
        yield page
        if page.cursor is None:
            return
        cursor = page.cursor


def message_of(event: Event[Any]) -> Message:
    """Return an event as it travels."""
    return Message(
        id=event.id,
        subject=event.subject,
        type=event.type,
        sequence=event.sequence,
        body=codec.encode(event),
    )
