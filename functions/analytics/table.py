"""Table of figures: its keys, its markers, and the time until a day is closed.

Each event has one row under (`<day>#<shard>`, event id): the UTC day of the event's own time, and
one of a few shards, which spread a busy day over several partitions (DynamoDB writes at most 1,000
units a second to each). The row's values are the amounts that the event adds to the day's figures.
The same event always writes the same row, however often, late or out of order it is delivered, so
the rows can be added up. They are kept for ever.

The partition `daily` has the sums of closed days, and `late` a marker for each row that was written
after its day; `daily_sums` describes the guarantees.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from zlib import crc32

from functions.framework.ports import Row, Rows

FIGURES = "figures"
DAILY = "daily"
LATE = "late"

SHARDS = 8
PAGE = 1000
"""Rows of one query: about 100 KB; DynamoDB returns at most 1 MB."""

SEPARATOR = "#"
BEYOND = "$"
"""The character after the separator: `<day>$` sorts after all that begins with `<day>#`."""

LATE_AFTER = timedelta(days=2)
CLOSED_AFTER = timedelta(days=3)
"""Counted from the beginning of a day: one day, and two days, after its end."""


def day_of(moment: datetime) -> date:
    """Return the day of a moment, in UTC."""
    return moment.astimezone(UTC).date()


def is_late(day: date, now: datetime) -> bool:
    """Return whether a row of this day needs a marker, because the day may close soon."""
    return day_of(now) - day >= LATE_AFTER


def last_closed(today: date) -> date:
    """Return the latest day for which no row without a marker can still arrive."""
    return today - CLOSED_AFTER


def shard(day: date, order: str) -> str:
    """Return the partition of an order's rows on a day."""
    return _shard(day, crc32(order.encode()) % SHARDS)


def rows_of(rows: Rows, day: date) -> Iterator[Row]:
    """Yield all rows of a day, one page in memory at a time, with strong consistency."""
    for number in range(SHARDS):
        yield from partition_rows(rows, _shard(day, number))


def marker(day: date, event: str, now: datetime) -> Row:
    """Return the marker of a late row; each delivery of an event has a marker key of its own.

    With a shared key, a run that removes the marker that it read could also remove a newer one,
    whose row it has not read.
    """
    return Row(partition=LATE, sort=SEPARATOR.join((f"{day}", event, now.isoformat())))


def markers_of(rows: Rows, day: date) -> Iterator[str]:
    """Yield the keys of a day's markers."""
    for row in partition_rows(rows, LATE, after=f"{day}{SEPARATOR}"):
        if not row.sort.startswith(f"{day}{SEPARATOR}"):
            return
        yield row.sort


def marked_days(rows: Rows, since: date = date.min) -> Iterator[date]:
    """Yield the days that have markers, the oldest first, with one query for each."""
    after = f"{since}"
    while found := rows.page(LATE, limit=1, after=after):
        day = found[0].sort.partition(SEPARATOR)[0]
        yield date.fromisoformat(day)
        after = f"{day}{BEYOND}"


def summed_days(rows: Rows, since: date) -> Mapping[date, Row]:
    """Return the rows of `daily` from a day on."""
    found = partition_rows(rows, DAILY, after=f"{since - timedelta(days=1)}")
    return {date.fromisoformat(row.sort): row for row in found}


def sum_row(rows: Rows, day: date) -> Row | None:
    """Return a day's row of `daily`, or None."""
    found = rows.page(DAILY, limit=1, after=f"{day}{BEYOND}", newest_first=True)
    return found[0] if found and found[0].sort == f"{day}" else None


def partition_rows(rows: Rows, partition: str, after: str | None = None) -> Iterator[Row]:
    """Yield a partition's rows in order of `sort`, one page in memory at a time."""
    while found := rows.page(partition, limit=PAGE, after=after):
        yield from found
        if len(found) < PAGE:
            return
        after = found[-1].sort


def _shard(day: date, number: int) -> str:
    return f"{day}{SEPARATOR}{number}"
