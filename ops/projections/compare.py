"""Comparison of a read model with the fold of the log.

The table is read first and then the log, with strong consistency, so that the events of each row
are found. An order whose row differs is read again; an order with a recent event is read several
times, as its row may be updated shortly.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any, Literal

import msgspec

from events.envelope import Event
from events.history import History
from functions.framework.ports import Clock, Log, Row, Rows
from functions.framework.service import Projection
from functions.runtime.operating.ports import Pages, Selection, every_page

FRESH = timedelta(minutes=1)
"""The time after an order's last event in which its row may be updated."""

ATTEMPTS = 5
PAUSE = 2.0
"""Comparisons of such an order, and the seconds between two of them."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is missing, differs from the log, or is surplus: no order of the log has it."""

    kind: Literal["missing", "different", "surplus"]
    partition: str
    sort: str
    order: str | None = None
    what: tuple[str, ...] = ()


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The number of equal rows, and the differences; `units` are read units of the log only."""

    equal: int
    differences: tuple[Difference, ...]
    units: float


def compare(
    projection: Projection,
    pages: Pages,
    log: Log,
    rows: Rows,
    clock: Clock,
    sleep: Callable[[float], None] = time.sleep,
) -> Comparison:
    """Compare all rows of a read model with the fold of the whole log.

    It keeps a hash of each row in memory, and reads the table and the log once.
    """
    kept = {(row.partition, row.sort): _hash(row) for row in rows.all()}
    equal, units = 0, 0.0
    doubtful: list[str] = []
    for history, cost in _histories(pages):
        units += cost
        row = projection.fold(history)
        if row is None:
            continue
        if kept.pop((row.partition, row.sort), None) == _hash(row):
            equal += 1
        else:
            doubtful.append(next(iter(history)).subject)
    found: list[Difference] = []
    for order in dict.fromkeys(doubtful):
        difference = compare_order(projection, log, rows, order, clock, sleep)
        found += [difference] if difference else []
        equal += difference is None
    found += [
        Difference(kind="surplus", partition=partition, sort=sort)
        for partition, sort in kept
        if rows.get(partition, sort) is not None
    ]
    return Comparison(equal=equal, differences=tuple(found), units=units)


def compare_order(
    projection: Projection,
    log: Log,
    rows: Rows,
    order: str,
    clock: Clock,
    sleep: Callable[[float], None] = time.sleep,
) -> Difference | None:
    """Compare the row of one order, several times while it may be updated."""
    for left in reversed(range(ATTEMPTS)):
        history = log.read(order)
        difference = _difference(projection.fold(history), rows, order)
        fresh = any(clock() - event.time < FRESH for event in history)
        if difference is None or not fresh or not left:
            return difference
        sleep(PAUSE)
    return None


def _difference(expected: Row | None, rows: Rows, order: str) -> Difference | None:
    if expected is None:
        return None
    kept = rows.get(expected.partition, expected.sort)
    if kept is None:
        return Difference(
            kind="missing", partition=expected.partition, sort=expected.sort, order=order
        )
    what = tuple(_texts(kept, expected))
    if not what:
        return None
    return Difference(
        kind="different", partition=expected.partition, sort=expected.sort, order=order, what=what
    )


def _texts(kept: Row, expected: Row) -> Iterator[str]:
    """Yield a text for each difference of two rows."""
    has, should = ({**row.values, "version": row.version} for row in (kept, expected))
    for name in sorted(has.keys() | should.keys()):
        if has.get(name) != should.get(name):
            yield f"{name} is {has.get(name)!r}, but {should.get(name)!r} in the log's fold"


def _hash(row: Row) -> int:
    return hash((row.version, tuple(sorted(row.values.items()))))


def _histories(pages: Pages) -> Iterator[tuple[History, float]]:
    """Yield each order's events, and the read units since the previous order."""
    costs: list[float] = []

    def events() -> Iterator[Event[Any]]:
        for page in every_page(pages, Selection(settled=True)):
            costs.append(page.units)
            yield from page.events

    for _, stream in groupby(events(), key=lambda event: event.subject):
        history = History(stream)
        cost = sum(costs)
        costs.clear()
        yield history, cost
