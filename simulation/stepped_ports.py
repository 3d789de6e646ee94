"""Stepped ports: each call of a worker stops, so that the scheduler decides what happens to it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, override

from events.envelope import Event
from events.history import History
from functions.framework.ports import (
    Change,
    Log,
    Mail,
    Mailbox,
    Message,
    Record,
    Records,
    Row,
    Rows,
    Topic,
)
from functions.runtime.handlers.consumer import ConsumerQueue
from simulation.calls import (
    APPEND_WITH_CHANGES,
    LOG_APPEND,
    LOG_READ,
    MAIL_SEND,
    PUBLISH,
    QUEUE_HIDE,
    RECORDS_GET,
    RECORDS_PUT,
    ROWS_LISTED,
    ROWS_PAGE,
    ROWS_PUT,
    ROWS_REMOVE,
)
from simulation.worker import Worker, call, working


class SteppedLog(Log):
    """A log, one step a call."""

    def __init__(self, log: Log, read: Callable[[str], History] | None = None) -> None:
        """`read` does the same as the log's own, with fewer calls."""
        self._log = log
        self._read = read or log.read

    @override
    def read(self, subject: str) -> History:
        return call(LOG_READ, self._read, subject)

    @override
    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        name = APPEND_WITH_CHANGES if changes else LOG_APPEND
        return call(name, self._log.append, event, changes)


class SteppedRecords(Records):
    """A table with a key, one step a call."""

    def __init__(self, records: Records) -> None:
        self._records = records

    @override
    def get(self, key: str) -> Record | None:
        return call(RECORDS_GET, self._records.get, key)

    @override
    def put(self, record: Record) -> bool:
        return call(RECORDS_PUT, self._records.put, record)

    @override
    def all(self) -> Iterator[Record]:
        return call(RECORDS_GET, self._records.all)


class SteppedRows(Rows):
    """A table with a sort key, one step a call."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    @override
    def put(self, row: Row) -> bool:
        return call(ROWS_PUT, self._rows.put, row)

    @override
    def overwrite(self, row: Row) -> bool:
        return call(ROWS_PUT, self._rows.overwrite, row)

    @override
    def get(self, partition: str, sort: str) -> Row | None:
        return call(ROWS_PAGE, self._rows.get, partition, sort)

    @override
    def remove(self, partition: str, sort: str) -> None:
        return call(ROWS_REMOVE, self._rows.remove, partition, sort)

    @override
    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        return call(
            ROWS_PAGE,
            lambda: self._rows.page(partition, limit=limit, after=after, newest_first=newest_first),
        )

    @override
    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        return call(ROWS_LISTED, lambda: self._rows.listed(value, limit=limit, after=after))

    @override
    def all(self) -> Iterator[Row]:
        return call(ROWS_PAGE, self._rows.all)


class SteppedMailbox(Mailbox):
    """A mailbox, one step a call."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    @override
    def send(self, mail: Mail) -> str:
        return call(MAIL_SEND, self._mailbox.send, mail)


class SteppedQueue(ConsumerQueue):
    """A consumer's queue as its function sees it, one step a call."""

    def __init__(self, queue: ConsumerQueue) -> None:
        self._queue = queue

    @override
    def hide(self, seconds: dict[str, int]) -> None:
        working(Worker).turn_to(f"{next(iter(seconds))}, failed")
        call(QUEUE_HIDE, self._queue.hide, seconds)


class SteppedTopic(Topic):
    """A topic, one step a call."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic

    @override
    def publish(self, messages: Sequence[Message]) -> Sequence[str]:
        return call(PUBLISH, self._topic.publish, messages)
