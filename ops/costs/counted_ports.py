"""In-memory ports of one service that count each call as DynamoDB would bill it."""

from collections.abc import Iterator, Sequence
from functools import wraps
from typing import Any, override

from events.envelope import Event
from events.history import History
from functions.framework.ports import Change, Log, Message, Record, Records, Row, Rows, Topic
from functions.runtime.aws.items import to_item
from ops.costs.usage import Usage, item_bytes, units


class CountedLog(Log):
    """The log: a read is one query; an append is one put, or a transaction at twice the units."""

    def __init__(self, log: Log, service: str, usage: Usage) -> None:
        self._log = log
        self._service = service
        self._usage = usage

    @override
    def read(self, subject: str) -> History:
        history = self._log.read(subject)
        self._usage.add_read(self._service, sum(map(size_of, history)))
        return history

    @override
    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        held = self._log.append(event, changes)
        size = size_of(event)
        spent = 2 * (units(size) + len(changes)) if changes else units(size)
        self._usage.add_write(self._service, spent)
        if held == event:
            self._usage.add_item(size)
        return held


class CountedRows(Rows):
    """A table of rows with its index, which holds keys alone; `index` is its attribute."""

    def __init__(self, rows: Rows, index: str, service: str, usage: Usage) -> None:
        self._rows = rows
        self._index = index
        self._service = service
        self._usage = usage

    @override
    def put(self, row: Row) -> bool:
        """Write a row; an index entry is written where the index key changes."""
        before = self._rows.get(row.partition, row.sort)
        put = self._rows.put(row)
        size = item_bytes({row.partition: row.sort, **row.values})
        was, now = (each.values.get(self._index) if each else None for each in (before, row))
        moved = (was is not None) + (now is not None) if put and was != now else 0
        self._usage.add_write(self._service, units(size) + moved)
        if put and before is None:
            self._usage.add_item(size)
        return put

    @override
    def overwrite(self, row: Row) -> bool:
        self._usage.add_write(self._service, 1)
        return self._rows.overwrite(row)

    @override
    def get(self, partition: str, sort: str) -> Row | None:
        self._usage.add_read(self._service)
        return self._rows.get(partition, sort)

    @override
    def remove(self, partition: str, sort: str) -> None:
        self._usage.add_write(self._service, 1)
        self._rows.remove(partition, sort)

    @override
    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        rows = self._rows.page(partition, limit=limit, after=after, newest_first=newest_first)
        self._usage.add_read(self._service, sum(item_bytes(row.values) for row in rows))
        return rows

    @override
    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        rows = self._rows.listed(value, limit=limit, after=after)
        self._usage.add_read(self._service, sum(item_bytes(row.values) for row in rows))
        return rows

    @override
    def all(self) -> Iterator[Row]:
        self._usage.add_read(self._service)
        return self._rows.all()


class SandboxRecords(Records):
    """A sandbox adapter's own table, which stands for a provider's books."""

    def __init__(self, records: Records, service: str, usage: Usage) -> None:
        self._records = records
        self._service = service
        self._usage = usage

    @override
    def get(self, key: str) -> Record | None:
        """Return an item; its read unit is not counted."""
        self._usage.calls[self._service] += 1
        return self._records.get(key)

    @override
    def put(self, record: Record) -> bool:
        self._usage.calls[self._service] += 1
        self._usage.sandbox_writes[self._service] += units(item_bytes(record.values))
        return self._records.put(record)

    @override
    def all(self) -> Iterator[Record]:
        return self._records.all()


class CountedTopic(Topic):
    """The topic: a publish is one call."""

    def __init__(self, topic: Topic, service: str, usage: Usage) -> None:
        self._topic = topic
        self._service = service
        self._usage = usage

    @override
    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        self._usage.calls[self._service] += 1
        self._usage.published += len(messages)
        self._usage.published_bytes += sum(len(message.body) for message in messages)
        return self._topic.publish(messages)


class CountedOutside:
    """A port to the outside: every method call is a call that the function waits for."""

    def __init__(self, outside: object, service: str, usage: Usage) -> None:
        self._outside = outside
        self._service = service
        self._usage = usage

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the port; a method counts its calls."""
        attribute = getattr(self._outside, name)
        if not callable(attribute):
            return attribute

        @wraps(attribute)
        def counted(*given: Any, **named: Any) -> Any:
            self._usage.outside[self._service] += 1
            return attribute(*given, **named)

        return counted


def size_of(event: Event[Any]) -> int:
    """Return the bytes of an event's item."""
    return item_bytes({name: next(iter(value.values())) for name, value in to_item(event).items()})
