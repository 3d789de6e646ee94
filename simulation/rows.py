"""A table with a sort key as the simulator keeps it: each partition by itself, so it is fast."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from functions.framework.ports import Row, Value


class Partition:
    """The rows of one partition, by their places in it, and the places in their order."""

    def __init__(self) -> None:
        """Start empty."""
        self.rows: dict[str, Row] = {}
        self.places: list[str] = []


class PlainRows:
    """A table with a sort key; `index` is the attribute that its index lists rows by."""

    def __init__(self, index: str = "", told: Callable[[Row], object] = bool) -> None:
        """Start empty; `told` hears of each row that was written."""
        self._index = index
        self._told = told
        self._partitions: defaultdict[str, Partition] = defaultdict(Partition)
        self._listed: defaultdict[Value, set[tuple[str, str]]] = defaultdict(set)

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
        there = self._partitions.get(partition)
        return there.rows.get(sort) if there else None

    def remove(self, partition: str, sort: str) -> None:
        """Remove a row, if it is there."""
        there = self._partitions[partition]
        row = there.rows.pop(sort, None)
        if row is not None:
            there.places.remove(sort)
            self._unlist(row)

    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
        """Return at most `limit` rows of a partition in order of `sort`, those beyond `after`."""
        there = self._partitions.get(partition)
        if there is None:
            return []
        places = there.places
        if newest_first:
            end = len(places) if after is None else bisect_left(places, after)
            found = places[max(0, end - limit) : end][::-1]
        else:
            begin = 0 if after is None else bisect_right(places, after)
            found = places[begin : begin + limit]
        return [there.rows[place] for place in found]

    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        """Return at most `limit` rows that the index lists under `value`, by their keys."""
        found = sorted(self._listed[value])
        if after is not None:
            found = [place for place in found if place > (after.sort, after.partition)]
        return [
            Row(partition=partition, sort=sort, values={self._index: value})
            for sort, partition in found[:limit]
        ]

    def all(self) -> Iterator[Row]:
        """Iterate over all rows."""
        return iter([row for there in self._partitions.values() for row in there.rows.values()])

    def _version(self, row: Row) -> int:
        stored = self.get(row.partition, row.sort)
        return (stored.version or 0) if stored else 0

    def _keep(self, row: Row) -> bool:
        values = dict(sorted(row.values.items()))
        kept = Row(partition=row.partition, sort=row.sort, values=values, version=row.version)
        there = self._partitions[row.partition]
        before = there.rows.get(row.sort)
        if before is None:
            insort(there.places, row.sort)
        else:
            self._unlist(before)
        there.rows[row.sort] = kept
        if self._index in values:
            self._listed[values[self._index]].add((row.sort, row.partition))
        self._told(kept)
        return True

    def _unlist(self, row: Row) -> None:
        value = row.values.get(self._index)
        if value is not None:
            self._listed[value].discard((row.sort, row.partition))
