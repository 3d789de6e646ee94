"""The services' own tables in memory."""

from collections import defaultdict
from collections.abc import Iterator
from threading import RLock

from functions.framework.ports import Record, Value


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
