"""The services' own tables in memory."""

from collections import defaultdict
from collections.abc import Iterator
from threading import RLock
from typing import override

from functions.framework.ports import Record, Records, Value


class MemoryTables:
    """All own tables by name: `tables("stock")` is one of them.

    `lock` makes a write of several items atomic between threads.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self._tables: defaultdict[str, dict[str, Record]] = defaultdict(dict)

    def __call__(self, name: str) -> "MemoryRecords":
        """Return the table of that name; tables of the same name share their items."""
        return MemoryRecords(self._tables[name], self.lock)

    def items(self) -> dict[str, dict[str, Record]]:
        """Return the items of every table by name and key."""
        return {name: dict(items) for name, items in self._tables.items()}

    def clear(self) -> None:
        """Remove all items of all tables."""
        for items in self._tables.values():
            items.clear()


class MemoryRecords(Records):
    """A service's own table: items under optimistic locking."""

    def __init__(self, items: dict[str, Record], lock: RLock) -> None:
        self._items = items
        self._lock = lock

    @override
    def get(self, key: str) -> Record | None:
        return self._items.get(key)

    @override
    def put(self, record: Record) -> bool:
        with self._lock:
            stored = self._items.get(record.key)
            if (stored.version if stored else 0) != record.version:
                return False
            self._items[record.key] = Record(
                key=record.key, values=dict(record.values), version=record.version + 1
            )
        return True

    @override
    def all(self) -> Iterator[Record]:
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
