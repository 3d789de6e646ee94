"""The twins in memory with their calls noted."""

from collections.abc import Iterator, Sequence
from typing import Any

from events.envelope import Event
from events.history import History
from functions.framework.ports import Change, Record
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.tables import MemoryRecords, MemoryTables


class WatchedLog(MemoryLog):
    """A log that notes its calls, and may be away."""

    def __init__(self, tables: MemoryTables | None = None) -> None:
        super().__init__(tables)
        self.calls: list[str] = []
        self.away = False

    def read(self, subject: str) -> History:
        self.calls.append("read")
        return super().read(subject)

    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        self.calls.append("append")
        if self.away:
            raise TimeoutError
        return super().append(event, changes)


class WatchedRecords(MemoryRecords):
    """A table that notes its reads."""

    def __init__(self, tables: MemoryTables, name: str) -> None:
        super().__init__(tables._tables[name], tables.lock)
        self.reads: list[str] = []

    def get(self, key: str) -> Record | None:
        self.reads.append(f"get {key}")
        return super().get(key)

    def all(self) -> Iterator[Record]:
        self.reads.append("list")
        return super().all()
