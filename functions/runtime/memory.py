"""The ports' twins in memory, for tests and simulation; held to the same contract suites."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import replace
from datetime import datetime
from threading import RLock
from typing import Any

from events.envelope import Event
from events.history import History
from functions.framework.ports import Change, Message, Record, Refused, Row, Value
from functions.runtime.forgetting import blanked
from functions.runtime.items import Item, from_item, to_item, to_message
from functions.runtime.operating.ports import LogPage, Selection

PAGE_OF_ORDERS = 100
"""Orders that a page of the log in memory has."""


class MemoryTables:
    """All own tables of one world, by name: `tables("stock")` is one of them.

    `lock` makes a write of several items one step, whatever the threads.
    """

    def __init__(self) -> None:
        """Start with empty tables."""
        self.lock = RLock()
        self._tables: defaultdict[str, dict[str, Record]] = defaultdict(dict)

    def __call__(self, name: str) -> "MemoryRecords":
        """Return the table of that name."""
        return MemoryRecords(self._tables[name], self.lock)


class MemoryRecords:
    """A table of a service's own."""

    def __init__(self, items: dict[str, Record], lock: RLock) -> None:
        """Take the items, which are shared with whoever else holds the table, and their lock."""
        self._items = items
        self._lock = lock

    def get(self, key: str) -> Record | None:
        """Return an item."""
        return self._items.get(key)

    def put(self, record: Record) -> bool:
        """Write the item if its stored version is still `record.version`; tell whether it was."""
        with self._lock:
            stored = self._items.get(record.key)
            if (stored.version if stored else 0) != record.version:
                return False
            self._items[record.key] = Record(
                key=record.key, values=dict(record.values), version=record.version + 1
            )
        return True

    def all(self) -> Iterator[Record]:
        """Iterate over all items."""
        return iter(list(self._items.values()))

    def number(self, key: str, attribute: str) -> int:
        """Return a number of an item; zero if there is none."""
        record = self._items.get(key)
        return int(record.values.get(attribute, 0)) if record else 0

    def add(self, key: str, attribute: str, by: int) -> None:
        """Add to a number of an item, which need not exist; its version stays."""
        record = self._items.get(key) or Record(key=key, values={}, version=0)
        values: dict[str, Value] = dict(record.values)
        values[attribute] = self.number(key, attribute) + by
        self._items[key] = Record(key=key, values=values, version=record.version)


class MemoryRows:
    """A table with a sort key; `index` is the attribute that its index lists rows by."""

    def __init__(self, index: str = "") -> None:
        """Start empty."""
        self._index = index
        self._rows: dict[tuple[str, str], Row] = {}
        self._lock = RLock()

    def put(self, row: Row) -> bool:
        """Write a row; tell whether it was, which a versioned one is over an older one only."""
        with self._lock:
            if row.version is not None and self._version(row) >= row.version:
                return False
            return self._keep(row)

    def overwrite(self, row: Row) -> bool:
        """Write a row that has a version, unless a newer one is there; tell whether it was."""
        with self._lock:
            return self._version(row) <= (row.version or 0) and self._keep(row)

    def get(self, partition: str, sort: str) -> Row | None:
        """Return a row."""
        return self._rows.get((partition, sort))

    def _version(self, row: Row) -> int:
        stored = self._rows.get((row.partition, row.sort))
        return (stored.version or 0) if stored else 0

    def _keep(self, row: Row) -> bool:
        values = dict(sorted(row.values.items()))
        self._rows[row.partition, row.sort] = replace(row, values=values)
        return True

    def remove(self, partition: str, sort: str) -> None:
        """Remove a row, if it is there."""
        self._rows.pop((partition, sort), None)

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        """Return at most `limit` rows of a partition in order of `sort`, those beyond `after`."""
        rows = [row for row in self._sorted(newest_first) if row.partition == partition]
        if after is not None:
            rows = [row for row in rows if (row.sort < after if newest_first else row.sort > after)]
        return rows[:limit]

    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        """Return at most `limit` rows that the index lists under `value`, by their keys."""
        rows = [row for row in self._sorted() if row.values.get(self._index) == value]
        if after is not None:
            rows = [row for row in rows if _place(row) > _place(after)]
        return [
            Row(partition=row.partition, sort=row.sort, values={self._index: value})
            for row in rows[:limit]
        ]

    def all(self) -> Iterator[Row]:
        """Iterate over all rows."""
        return iter(list(self._rows.values()))

    def _sorted(self, newest_first: bool = False) -> list[Row]:
        return sorted(self._rows.values(), key=_place, reverse=newest_first)


def _place(row: Row) -> tuple[str, str]:
    return (row.sort, row.partition)


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


class MemoryTopic:
    """The topic as a list of what was published; ids in `refuses` are not accepted."""

    def __init__(self) -> None:
        """Start with nothing published."""
        self.published: list[Message] = []
        self.refuses: set[str] = set()

    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        """Accept all messages but those that it was told to refuse."""
        self.published += [message for message in messages if message.id not in self.refuses]
        return ["Refused" if message.id in self.refuses else "" for message in messages]
