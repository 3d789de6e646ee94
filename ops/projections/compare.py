"""A read model beside the log: which rows differ from what the log makes of them.

The table is read first and the log after it, and the log with strong consistency, so that each row
was made from events that are found. An order whose row is not as it should be is looked at again by
itself, and one that moved a moment ago again and again: its row may be on its way.
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
"""How long after an order's last event its row may be on its way."""

LOOKS = 5
PAUSE = 2.0
"""How often, and seconds apart, such an order is looked at."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is missing, is not as the log has it, or of which the log knows nothing."""

    kind: Literal["missing", "different", "surplus"]
    partition: str
    sort: str
    order: str | None = None
    what: tuple[str, ...] = ()


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """So many rows are equal, and these are not; `units` are read units of the log alone."""

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

    It holds a number for each row, and reads the table and the log once.
    """
    kept = {(row.partition, row.sort): _mark(row) for row in rows.all()}
    equal, units = 0, 0.0
    doubtful: list[str] = []
    for history, cost in _histories(pages):
        units += cost
        row = projection.fold(history)
        if row is None:
            continue
        if kept.pop((row.partition, row.sort), None) == _mark(row):
            equal += 1
        else:
            doubtful.append(next(iter(history)).subject)
    found: list[Difference] = []
    for order in dict.fromkeys(doubtful):
        difference = look(projection, log, rows, order, clock, sleep)
        found += [difference] if difference else []
        equal += difference is None
    found += [
        Difference(kind="surplus", partition=partition, sort=sort)
        for partition, sort in kept
        if rows.get(partition, sort) is not None
    ]
    return Comparison(equal=equal, differences=tuple(found), units=units)


def look(
    projection: Projection,
    log: Log,
    rows: Rows,
    order: str,
    clock: Clock,
    sleep: Callable[[float], None] = time.sleep,
) -> Difference | None:
    """Compare the row of one order, and again while it may be on its way."""
    for left in reversed(range(LOOKS)):
        history = log.read(order)
        difference = _difference(projection.fold(history), rows, order)
        fresh = any(clock() - event.time < FRESH for event in history)
        if difference is None or not fresh or not left:
            return difference
        sleep(PAUSE)
    return None


def _difference(made: Row | None, rows: Rows, order: str) -> Difference | None:
    if made is None:
        return None
    kept = rows.get(made.partition, made.sort)
    if kept is None:
        return Difference(kind="missing", partition=made.partition, sort=made.sort, order=order)
    what = tuple(_said(kept, made))
    if not what:
        return None
    return Difference(
        kind="different", partition=made.partition, sort=made.sort, order=order, what=what
    )


def _said(kept: Row, made: Row) -> Iterator[str]:
    """Yield where two rows differ."""
    has, should = ({**row.values, "version": row.version} for row in (kept, made))
    for name in sorted(has.keys() | should.keys()):
        if has.get(name) != should.get(name):
            yield f"{name} is {has.get(name)!r}, the log makes it {should.get(name)!r}"


def _mark(row: Row) -> int:
    return hash((row.version, tuple(sorted(row.values.items()))))


def _histories(pages: Pages) -> Iterator[tuple[History, float]]:
    """Yield each order's events, and what it cost to read on since the order before."""
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
