"""The table of figures: where each row is, and how long a day may change.

A row for each event is put under (`<day>#<shard>`, event id): the UTC day of the event's own time,
and one of a few shards, so that a busy day is not one partition's burden (DynamoDB writes at most
1,000 units a second to each). Its values are what the event adds to the day's figures. The same
event writes the same row, however often, late, or out of order it comes, so to count is to add up
what is there. Rows stay for ever.

The partition `daily` has the sums of days that ended long ago, and `late` a marker for every row
that was written after its day; see `closing` for what they promise each other.
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
"""Rows that are asked for at once: some 100 KB, of DynamoDB's at most 1 MB an answer."""

SEPARATOR = "#"
BEYOND = "$"
"""The character after the separator: `<day>$` sorts after all that begins with `<day>#`."""

LATE_AFTER = timedelta(days=2)
CLOSED_AFTER = timedelta(days=3)
"""From the beginning of a day: it ended one day, and two days, before."""


def day_of(moment: datetime) -> date:
    """Return the day of a moment, in UTC."""
    return moment.astimezone(UTC).date()


def is_late(day: date, now: datetime) -> bool:
    """Tell whether a row of this day must be marked, since the day may be closed before long."""
    return day_of(now) - day >= LATE_AFTER


def last_closed(today: date) -> date:
    """Return the latest day that can have no unmarked rows to come."""
    return today - CLOSED_AFTER


def shard(day: date, order: str) -> str:
    """Return the partition of an order's rows on a day."""
    return _shard(day, crc32(order.encode()) % SHARDS)


def rows_of(rows: Rows, day: date) -> Iterator[Row]:
    """Yield all rows of a day, a page in memory at a time, with strong consistency."""
    for number in range(SHARDS):
        yield from each(rows, _shard(day, number))


def marker(day: date, event: str, now: datetime) -> Row:
    """Return the marker of a late row; that of another delivery has another key.

    Were the key the same, who removes the marker that it has read could remove one that was
    written since, for a row that it has not seen as it is now.
    """
    return Row(partition=LATE, sort=SEPARATOR.join((f"{day}", event, now.isoformat())))


def markers_of(rows: Rows, day: date) -> Iterator[str]:
    """Yield the keys of a day's markers."""
    for row in each(rows, LATE, after=f"{day}{SEPARATOR}"):
        if not row.sort.startswith(f"{day}{SEPARATOR}"):
            return
        yield row.sort


def marked_days(rows: Rows, since: date = date.min) -> Iterator[date]:
    """Yield the days that have markers, the oldest first, with a query for each."""
    after = f"{since}"
    while found := rows.page(LATE, limit=1, after=after):
        day = found[0].sort.partition(SEPARATOR)[0]
        yield date.fromisoformat(day)
        after = f"{day}{BEYOND}"


def summed_days(rows: Rows, since: date) -> Mapping[date, Row]:
    """Return the rows of `daily` from a day on."""
    found = each(rows, DAILY, after=f"{since - timedelta(days=1)}")
    return {date.fromisoformat(row.sort): row for row in found}


def summed(rows: Rows, day: date) -> Row | None:
    """Return a day's row of `daily`, if it has one."""
    found = rows.page(DAILY, limit=1, after=f"{day}{BEYOND}", newest_first=True)
    return found[0] if found and found[0].sort == f"{day}" else None


def each(rows: Rows, partition: str, after: str | None = None) -> Iterator[Row]:
    """Yield a partition's rows in order of `sort`, a page in memory at a time."""
    while found := rows.page(partition, limit=PAGE, after=after):
        yield from found
        if len(found) < PAGE:
            return
        after = found[-1].sort


def _shard(day: date, number: int) -> str:
    return f"{day}{SEPARATOR}{number}"
