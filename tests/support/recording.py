"""In-memory implementations that record their calls."""

from collections.abc import Iterator, Sequence
from typing import Any, override

from events.envelope import Event
from events.history import History
from functions.framework.ports import Change, Record
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.tables import MemoryRecords, MemoryTables


class RecordingLog(MemoryLog):
    """A log that records its calls; while it is `unavailable`, it appends nothing."""

    def __init__(self, tables: MemoryTables | None = None) -> None:
        super().__init__(tables)
        self.calls: list[str] = []
        self.unavailable = False

    @override
    def read(self, subject: str) -> History:
        self.calls.append("read")
        return super().read(subject)

    @override
    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        self.calls.append("append")
        if self.unavailable:
            raise TimeoutError
        return super().append(event, changes)


class RecordingRecords(MemoryRecords):
    """A table that records its reads."""

    def __init__(self, tables: MemoryTables, name: str) -> None:
        super().__init__(tables._tables[name], tables.lock)
        self.reads: list[str] = []

    @override
    def get(self, key: str) -> Record | None:
        self.reads.append(f"get {key}")
        return super().get(key)

    @override
    def all(self) -> Iterator[Record]:
        self.reads.append("list")
        return super().all()
