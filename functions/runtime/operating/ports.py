"""Ports of operators: the log from end to end, a consumer's queue, erasure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from events.envelope import Event
from functions.framework.ports import Message


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A selection of the log's events: all, restricted by each field that is set.

    `since` is inclusive and `until` is exclusive. With `settled`, pages are read with strong
    consistency, for twice the read units; without, a page may lack what was written within the last
    second.
    """

    since: datetime | None = None
    until: datetime | None = None
    types: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    settled: bool = False

    def admits(self, event: Event[Any]) -> bool:
        """Return whether the selection has an event."""
        return (
            (self.since is None or event.time >= self.since)
            and (self.until is None or event.time < self.until)
            and (not self.types or event.type in self.types)
            and (not self.orders or event.subject in self.orders)
        )


@dataclass(frozen=True, kw_only=True)
class LogPage:
    """A page of selected events.

    `messages` are the same events as they are published. `cursor` is the text with which the next
    page is read; the last page has none. `units` are the consumed read units.
    """

    events: tuple[Event[Any], ...]
    messages: tuple[Message, ...]
    cursor: str | None
    units: float


class Pages(Protocol):
    """The whole log, page by page.

    The events of an order are together, sorted by slot. Every scan has the same order if nothing is
    written meanwhile.
    """

    def page(self, selection: Selection, cursor: str | None = None) -> LogPage:
        """Return the page after a cursor: that of a page, or the id of any event.

        Raises:
            Undecodable: an item is not an event of ours, or is of a newer version.
        """
        ...


def every_page(pages: Pages, selection: Selection, cursor: str | None = None) -> Iterator[LogPage]:
    """Yield the pages of a selection after a cursor, up to the last."""
    while True:
        page = pages.page(selection, cursor)
        yield page
        if page.cursor is None:
            return
        cursor = page.cursor


class Sender(Protocol):
    """Sends messages to a consumer's queue directly, without the topic."""

    def send(self, messages: Sequence[Message], job: str) -> Sequence[str]:
        """Send at most ten messages; return for each why it was refused, or an empty string.

        On a FIFO queue each is in its order's group, with a deduplication id for the `job`.
        """
        ...

    def waiting(self) -> int:
        """Return the approximate number of messages that wait, are delayed or are in flight."""
        ...


class Erasure(Protocol):
    """Erasure of personal data, the only change of the log."""

    def erase(self, subject: str, at: datetime) -> Sequence[str]:
        """Erase the personal fields of a subject's events; return the ids of the changed ones.

        Each is marked with the time `at`; nothing else of it changes.

        Raises:
            ConcurrentChange: an event was changed by somebody else at the same time.
        """
        ...


class ConcurrentChange(Exception):
    """An event was changed while it was being erased; the message is its id."""
