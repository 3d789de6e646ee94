"""A table with a sort key as the simulator keeps it: each partition by itself, so it is fast."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from functions.runtime.ports import Row


class PlainRows:
    """A table with a sort key; `index` is the attribute that its index lists rows by."""

    def __init__(self, index: str = "", told: Callable[[Row], object] = bool) -> None:
        """Start empty; `told` hears of each row that was written."""
        self._index = index
        self._told = told
        self._partitions: defaultdict[str, dict[str, Row]] = defaultdict(dict)

    def put(self, row: Row) -> bool:
        """Write a row; tell whether it was, which a versioned one is over an older one only."""
        if row.version is not None and self._version(row) >= row.version:
            return False
        return self._keep(row)

    def overwrite(self, row: Row) -> bool:
        """Write a row that has a version, unless a newer one is there; tell whether it was."""
        return self._version(row) <= (row.version or 0) and self._keep(row)

    def get(self, partition: str, sort: str) -> Row | None:
        """Return a row."""
        return self._partitions.get(partition, {}).get(sort)

    def remove(self, partition: str, sort: str) -> None:
        """Remove a row, if it is there."""
        self._partitions[partition].pop(sort, None)

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        """Return at most `limit` rows of a partition in order of `sort`, those beyond `after`."""
        rows = self._partitions.get(partition)
        if not rows:
            return []
        places = sorted(rows, reverse=newest_first)
        if after is not None:
            places = [place for place in places if (place < after) is newest_first]
            places = [place for place in places if place != after]
        return [rows[place] for place in places[:limit]]

    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        """Return at most `limit` rows that the index lists under `value`, by their keys."""
        found = sorted(
            (row.sort, row.partition) for row in self.all() if row.values.get(self._index) == value
        )
        if after is not None:
            found = [place for place in found if place > (after.sort, after.partition)]
        return [
            Row(partition=partition, sort=sort, values={self._index: value})
            for sort, partition in found[:limit]
        ]

    def all(self) -> Iterator[Row]:
        """Iterate over all rows."""
        return iter([row for rows in self._partitions.values() for row in rows.values()])

    def _version(self, row: Row) -> int:
        stored = self.get(row.partition, row.sort)
        return (stored.version or 0) if stored else 0

    def _keep(self, row: Row) -> bool:
        values = dict(sorted(row.values.items()))
        kept = Row(partition=row.partition, sort=row.sort, values=values, version=row.version)
        self._partitions[row.partition][row.sort] = kept
        self._told(kept)
        return True
