"""Tables of a simulated shop: by owner and name, with all versions of their items."""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from threading import RLock
from typing import override

from functions.framework.ports import Record, Row
from functions.framework.proof import key_of
from functions.framework.service import Service
from functions.runtime.memory.own_tables import OwnTables
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.memory.tables import MemoryRecords, MemoryTables

type Versions = dict[str, list[Record]]
"""All versions of items, the oldest first, by key."""


class KeptRecords(MemoryRecords):
    """A table that keeps all versions of its items, and calls `written` after each write.

    `order_of` returns the order of an item.
    """

    def __init__(self, items: dict[str, Record], lock: RLock) -> None:
        super().__init__(items, lock)
        self.by_order: defaultdict[str, Versions] = defaultdict(dict)
        self.order_of: Callable[[Record], str] = key_of
        self.written: Callable[[str, Record], object] = _ignore

    @override
    def put(self, record: Record) -> bool:
        if not super().put(record):
            return False
        order = self.order_of(record)
        self.by_order[order].setdefault(record.key, []).append(record)
        self.written(order, record)
        return True


class _KeptTables(MemoryTables):
    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, KeptRecords] = {}

    @override
    def __call__(self, name: str) -> KeptRecords:
        if name not in self._kept:
            self._kept[name] = KeptRecords(self._tables[name], self.lock)
        return self._kept[name]


class WatchedTables(OwnTables):
    """The tables of all services.

    `row_written` is called with owner, table and row after each write of a row, and
    `record_written` with owner, table, order and item after each write of an item.
    """

    def __init__(
        self,
        row_written: Callable[[str, str, Row], object],
        record_written: Callable[[str, str, str, Record], object],
    ) -> None:
        super().__init__()
        self.kept = self.records = _KeptTables()
        self._row_written = row_written
        self._record_written = record_written
        self._items: dict[tuple[str, str], KeptRecords] = {}

    @override
    def declare(self, service: Service) -> None:
        for table in service.possible_tables:
            place = (table.owner or service.name, table.name)
            if table.sort:
                written = partial(self._row_written, *place)
                self._rows.setdefault(place, MemoryRows(written=written))
        super().declare(service)
        for owner, name in self._declared:
            if not self._declared[owner, name].sort:
                self.items(owner, name).written = partial(self._record_written, owner, name)

    def items(self, owner: str, name: str) -> KeptRecords:
        """Return a table without a sort key, with all versions of its items."""
        found = self._items.get((owner, name))
        if found is None:
            found = self._items[owner, name] = self.kept(f"{owner}-{name}")
        return found


def _ignore(_order: str, _record: Record) -> None:
    pass
