"""The log in memory."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.envelope import Event
from events.history import History
from functions.framework.ports import Change, Refused
from functions.runtime.aws.items import Item, blanked, from_item, to_item, to_message
from functions.runtime.memory.tables import MemoryTables
from functions.runtime.operating.ports import LogPage, Selection

PAGE_OF_ORDERS = 100
"""Orders that a page of the log in memory has."""


class MemoryLog:
    """The log in dictionaries, of items as the table has them: what cannot be read back shows."""

    def __init__(self, tables: MemoryTables | None = None) -> None:
        """Take the tables that changes may name."""
        self._tables = tables or MemoryTables()
        self._streams: defaultdict[str, dict[str, Item]] = defaultdict(dict)

    def read(self, subject: str) -> History:
        """Return all events of a subject."""
        items = list(self._streams[subject].values())
        return History(from_item(item, lenient=True) for item in items)

    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        """Fill the event's slot, if it is free, and return the event that holds it."""
        item = to_item(event)
        stream = self._streams[event.subject]
        with self._tables.lock:
            if event.slot in stream:
                return from_item(stream[event.slot])
            refused = [change.key for change in changes if self._lacks(change)]
            if refused:
                raise Refused(refused)
            for change in changes:
                self._tables(change.table).add(change.key, change.attribute, change.by)
            stream[event.slot] = item
        return event

    def page(self, selection: Selection, cursor: str | None = None) -> LogPage:
        """Return the page beyond a cursor, of one order or a few; settled always."""
        subjects = sorted(selection.orders or self._streams)
        subject, _, slot = (cursor or "").partition("/")
        begin = bisect_left(subjects, subject)
        end = begin + PAGE_OF_ORDERS
        found: list[tuple[Event[Any], Item]] = []
        for each in subjects[begin:end]:
            stream = self._streams.get(each, {})
            after = slot if each == subject else ""
            found += (
                (from_item(stream[place], lenient=True), stream[place])
                for place in sorted(stream)
                if place > after
                and (not selection.types or stream[place]["type"]["S"] in selection.types)
            )
        found = [(event, item) for event, item in found if selection.admits(event)]
        return LogPage(
            events=tuple(event for event, _ in found),
            messages=tuple(to_message(item) for _, item in found),
            cursor=f"{subjects[end]}/" if end < len(subjects) else None,
            units=0,
        )

    def erase(self, subject: str, at: datetime) -> Sequence[str]:
        """Blank the personal fields of a subject's events; return the ids of those with any."""
        stream = self._streams[subject]
        changed = {slot: blanked(item, at) for slot, item in stream.items()}
        for slot, attributes in changed.items():
            if attributes:
                stream[slot] = {**stream[slot], **attributes}
        return [f"{subject}/{slot}" for slot, attributes in changed.items() if attributes]

    def _lacks(self, change: Change) -> bool:
        left = self._tables(change.table).number(change.key, change.attribute) + change.by
        return change.by < 0 and left < 0
