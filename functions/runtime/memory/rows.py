"""A table with a sort key in memory: each partition apart, its places sorted."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import override

from functions.framework.ports import Row, Rows, Value


class _Partition:
    """The rows of one partition by sort key, and the sort keys in order."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.places: list[str] = []


class MemoryRows(Rows):
    """A table with a sort key.

    `index` is the attribute by which its index lists rows. `written` is called with each row that
    was written.
    """

    def __init__(self, index: str = "", *, written: Callable[[Row], object] = bool) -> None:
        self.index = index
        self._written = written
        self._partitions: defaultdict[str, _Partition] = defaultdict(_Partition)
        self._listed: defaultdict[Value, set[tuple[str, str]]] = defaultdict(set)

    @override
    def put(self, row: Row) -> bool:
        if row.version is not None and self._version(row) >= row.version:
            return False
        self.write(row)
        return True

    @override
    def overwrite(self, row: Row) -> bool:
        if self._version(row) > (row.version or 0):
            return False
        self.write(row)
        return True

    @override
    def get(self, partition: str, sort: str) -> Row | None:
        there = self._partitions.get(partition)
        return there.rows.get(sort) if there else None

    @override
    def remove(self, partition: str, sort: str) -> None:
        there = self._partitions[partition]
        row = there.rows.pop(sort, None)
        if row is not None:
            there.places.remove(sort)
            self._unlist(row)

    @override
    def page(
        self, partition: str, *, limit: int, after: str | None = None, newest_first: bool = False
    ) -> Sequence[Row]:
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

    @override
    def listed(self, value: str, *, limit: int, after: Row | None = None) -> Sequence[Row]:
        found = sorted(self._listed[value])
        if after is not None:
            found = [place for place in found if place > (after.sort, after.partition)]
        return [
            Row(partition=partition, sort=sort, values={self.index: value})
            for sort, partition in found[:limit]
        ]

    @override
    def all(self) -> Iterator[Row]:
        return iter([row for there in self._partitions.values() for row in there.rows.values()])

    def write(self, row: Row) -> None:
        """Write a row over whatever is there."""
        values = dict(sorted(row.values.items()))
        stored = Row(partition=row.partition, sort=row.sort, values=values, version=row.version)
        there = self._partitions[row.partition]
        before = there.rows.get(row.sort)
        if before is None:
            insort(there.places, row.sort)
        else:
            self._unlist(before)
        there.rows[row.sort] = stored
        if self.index in values:
            self._listed[values[self.index]].add((row.sort, row.partition))
        self._written(stored)

    def clear(self) -> None:
        """Remove all rows."""
        self._partitions.clear()
        self._listed.clear()

    def _version(self, row: Row) -> int:
        stored = self.get(row.partition, row.sort)
        return (stored.version or 0) if stored else 0

    def _unlist(self, row: Row) -> None:
        value = row.values.get(self.index)
        if value is not None:
            self._listed[value].discard((row.sort, row.partition))
