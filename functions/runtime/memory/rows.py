"""A table with a sort key in memory."""

from collections.abc import Iterator, Sequence
from copy import replace
from threading import RLock

from functions.framework.ports import Row


class MemoryRows:
    """A table with a sort key; `index` is the attribute that its index lists rows by."""

    def __init__(self, index: str = "") -> None:
        """Start empty."""
        self._index = index
        self._rows: dict[tuple[str, str], Row] = {}
        self._lock = RLock()

    def put(self, row: Row) -> bool:
        """Write a row; tell whether it was, which a versioned one is over an older one only."""
        with self._lock:
            if row.version is not None and self._version(row) >= row.version:
                return False
            return self._keep(row)

    def overwrite(self, row: Row) -> bool:
        """Write a row that has a version, unless a newer one is there; tell whether it was."""
        with self._lock:
            return self._version(row) <= (row.version or 0) and self._keep(row)

    def get(self, partition: str, sort: str) -> Row | None:
        """Return a row."""
        return self._rows.get((partition, sort))

    def _version(self, row: Row) -> int:
        stored = self._rows.get((row.partition, row.sort))
        return (stored.version or 0) if stored else 0

    def _keep(self, row: Row) -> bool:
        values = dict(sorted(row.values.items()))
        self._rows[row.partition, row.sort] = replace(row, values=values)
        return True

    def remove(self, partition: str, sort: str) -> None:
        """Remove a row, if it is there."""
        self._rows.pop((partition, sort), None)

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        """Return at most `limit` rows of a partition in order of `sort`, those beyond `after`."""
        rows = [row for row in self._sorted(newest_first) if row.partition == partition]
        if after is not None:
            rows = [row for row in rows if (row.sort < after if newest_first else row.sort > after)]
        return rows[:limit]

    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        """Return at most `limit` rows that the index lists under `value`, by their keys."""
        rows = [row for row in self._sorted() if row.values.get(self._index) == value]
        if after is not None:
            rows = [row for row in rows if _place(row) > _place(after)]
        return [
            Row(partition=row.partition, sort=row.sort, values={self._index: value})
            for row in rows[:limit]
        ]

    def all(self) -> Iterator[Row]:
        """Iterate over all rows."""
        return iter(list(self._rows.values()))

    def _sorted(self, newest_first: bool = False) -> list[Row]:
        return sorted(self._rows.values(), key=_place, reverse=newest_first)


def _place(row: Row) -> tuple[str, str]:
    return (row.sort, row.partition)
