"""The ports through which operators reach the log and the queues."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from events.envelope import Event
from functions.framework.ports import Message


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which of the log's events are meant: all, but for what is said here.

    Those whose time is not before `since` and before `until`; of these `types`; of these `orders`.
    With `settled`, whatever was written before a page is asked for is in it (strong consistency,
    for twice the read units); without, a page may lack what was written within the last second.
    """

    since: datetime | None = None
    until: datetime | None = None
    types: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    settled: bool = False

    def admits(self, event: Event[Any]) -> bool:
        """Tell whether an event is among them."""
        return (
            (self.since is None or event.time >= self.since)
            and (self.until is None or event.time < self.until)
            and (not self.types or event.type in self.types)
            and (not self.orders or event.subject in self.orders)
        )


@dataclass(frozen=True, kw_only=True)
class LogPage:
    """Some of the events that were selected, and where to go on.

    `messages` are the same events as they travel. `cursor` is text that may be written down;
    without one, this is the last page. `units` are the read units that the page cost.
    """

    events: tuple[Event[Any], ...]
    messages: tuple[Message, ...]
    cursor: str | None
    units: float


class Pages(Protocol):
    """The log from its beginning to its end, page by page, in an order of its own.

    The events of an order stand together, sorted by slot. Where nothing is written meanwhile, every
    reading is in the same order.
    """

    def page(self, selection: Selection, cursor: str | None = None) -> LogPage:
        """Return the page beyond a cursor: that of a page, or the id of any event of one.

        Raises:
            Undecodable: an item of the log is none of ours, or of a newer version.
        """
        ...


def every_page(pages: Pages, selection: Selection, cursor: str | None = None) -> Iterator[LogPage]:
    """Yield the pages of a selection beyond a cursor, to the last."""
    while True:
        page = pages.page(selection, cursor)
        yield page
        if page.cursor is None:
            return
        cursor = page.cursor


class Sender(Protocol):
    """A consumer's queue, as it is filled past the topic."""

    def send(self, messages: Sequence[Message], job: str) -> Sequence[str]:
        """Send at most ten messages; tell for each why it was refused, empty if it was not.

        On an ordered queue they are in their order's group, and new for every `job`.
        """
        ...

    def waiting(self) -> int:
        """Return about how many messages wait there or are being worked on."""
        ...


class Erasure(Protocol):
    """The one act that changes the log."""

    def erase(self, subject: str, at: datetime) -> Sequence[str]:
        """Blank the personal fields of a subject's events; return the ids of those that had some.

        Each is marked with the time `at`, and nothing else of it is changed.

        Raises:
            Changing: somebody else changed one in between.
        """
        ...


class Changing(Exception):
    """An event was changed by somebody else while it was being blanked; the message is its id."""
