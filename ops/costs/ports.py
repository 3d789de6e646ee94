"""The ports in memory, as one service calls them: counted as DynamoDB would bill each call."""

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any

from events.envelope import Event
from events.history import History
from functions.framework.ports import Change, Record, Records, Row
from functions.runtime.aws.items import to_item
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.rows import MemoryRows
from ops.costs.usage import Usage, units, weight


class CountedLog:
    """The log; what is stated is also told to `stated`, as the table's stream would."""

    def __init__(
        self,
        log: MemoryLog,
        service: str,
        usage: Usage,
        stated: Callable[[Event[Any]], None] = lambda _: None,
    ) -> None:
        """Take the log, who calls it, where to count, and who hears of a new fact."""
        self._log = log
        self._service = service
        self._usage = usage
        self._stated = stated

    def read(self, subject: str) -> History:
        """Return all events of a subject: one query."""
        history = self._log.read(subject)
        self._usage.read(self._service, sum(map(size_of, history)))
        return history

    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        """Fill a slot: one put, or a transaction, which costs each of its items twice."""
        held = self._log.append(event, changes)
        size = size_of(event)
        spent = 2 * (units(size) + len(changes)) if changes else units(size)
        self._usage.wrote(self._service, spent)
        if held == event:
            self._usage.kept(size)
            self._stated(event)
        return held


class CountedRows:
    """A table of rows with its index, of keys alone."""

    def __init__(self, rows: MemoryRows, index: str, service: str, usage: Usage) -> None:
        """Take the table, the attribute of its index, who calls it, and where to count."""
        self._rows = rows
        self._index = index
        self._service = service
        self._usage = usage

    def put(self, row: Row) -> bool:
        """Write a row, and the index if its key moves: an entry comes, goes, or both."""
        before = self._rows.get(row.partition, row.sort)
        put = self._rows.put(row)
        size = weight({row.partition: row.sort, **row.values})
        was, now = (each.values.get(self._index) if each else None for each in (before, row))
        moved = (was is not None) + (now is not None) if put and was != now else 0
        self._usage.wrote(self._service, units(size) + moved)
        if put and before is None:
            self._usage.kept(size)
        return put

    def overwrite(self, row: Row) -> bool:
        """Write a row over one that is as old."""
        self._usage.wrote(self._service, 1)
        return self._rows.overwrite(row)

    def get(self, partition: str, sort: str) -> Row | None:
        """Return a row."""
        self._usage.read(self._service)
        return self._rows.get(partition, sort)

    def remove(self, partition: str, sort: str) -> None:
        """Remove a row."""
        self._usage.wrote(self._service, 1)
        self._rows.remove(partition, sort)

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        """Return rows of a partition: one query."""
        rows = self._rows.page(partition, limit=limit, after=after, newest_first=newest_first)
        self._usage.read(self._service, sum(weight(row.values) for row in rows))
        return rows

    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        """Return rows of the index: one query."""
        rows = self._rows.listed(value, limit=limit, after=after)
        self._usage.read(self._service, sum(weight(row.values) for row in rows))
        return rows

    def all(self) -> Iterator[Row]:
        """Iterate over all rows."""
        self._usage.read(self._service)
        return self._rows.all()


class PlayedRecords:
    """A sandbox's own table, which plays the books of somebody else."""

    def __init__(self, records: Records, service: str, usage: Usage) -> None:
        """Take the table, whose sandbox it is, and where to count."""
        self._records = records
        self._service = service
        self._usage = usage

    def get(self, key: str) -> Record | None:
        """Return an item; what that costs is not worth a line of its own."""
        self._usage.calls[self._service] += 1
        return self._records.get(key)

    def put(self, record: Record) -> bool:
        """Write an item."""
        self._usage.calls[self._service] += 1
        self._usage.played[self._service] += units(weight(record.values))
        return self._records.put(record)

    def all(self) -> Iterator[Record]:
        """Iterate over all items."""
        return self._records.all()


class CountedOutside:
    """A way to the outside: whatever is asked of it is a call, which the function waits for."""

    def __init__(self, outside: object, service: str, usage: Usage) -> None:
        """Take the way to the outside, whose it is, and where to count."""
        self._outside = outside
        self._service = service
        self._usage = usage

    def __getattr__(self, name: str) -> Any:
        """Return what was asked for, counted if it is called."""
        asked = getattr(self._outside, name)
        if not callable(asked):
            return asked

        @wraps(asked)
        def called(*given: Any, **named: Any) -> Any:
            self._usage.outside[self._service] += 1
            return asked(*given, **named)

        return called


def size_of(event: Event[Any]) -> int:
    """Return the bytes of an event's item."""
    return weight({name: next(iter(value.values())) for name, value in to_item(event).items()})
