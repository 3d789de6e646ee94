"""Chore: sum up each closed day, and again whenever a late row arrives.

Every event is counted exactly once, wherever a worker or a run crashes:

- A row that was written in time, without a marker, is in the first sum of its day. By its worker's
  clock the day had ended at most one day before; by this function's clock the day is summed when it
  ended more than two days before. The day between covers clocks that differ and a put that is still
  in flight. Machines of AWS differ by milliseconds and a worker lives for minutes, so the row is
  there long before. For the same reason a marked day is left alone until it is closed.
- A row that was written later has a marker, which is put after the row. (A worker that crashed
  between the two left its message in the queue.) The day's rows are read after its markers, with
  strong consistency, so the sum includes every row whose marker was read. Only those markers are
  removed, each by its own key, and only after the sum is written. A marker that was put meanwhile
  stays, and the day is summed again.
- A slow run does not overwrite the sum of a concurrent run that has read more. A sum is written as
  version n + 1 of the version n that was there before its markers and rows were read, and only if
  no other run wrote first. A run that lost leaves the markers alone. So each sum includes all that
  the previous sum included.
- A sum is computed from the rows, never from an older sum, so a run is idempotent.

A message in the dead-letter queue that has its row but no marker is counted once it is redriven.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from functions.analytics.figures import LONGEST, add_up
from functions.analytics.table import (
    DAILY,
    FIGURES,
    LATE,
    day_of,
    last_closed,
    marked_days,
    markers_of,
    rows_of,
    sum_row,
    summed_days,
)
from functions.framework.chore import Report
from functions.framework.outcomes import Outcome
from functions.framework.ports import Log, Resources, Row, Rows

MARKERS = 20_000
"""Markers that one run handles for a day (removing them takes minutes); the next takes the rest."""


def sum_closed_days(_: Log, resources: Resources) -> Iterator[Report]:
    """Sum up the days that are due, and yield a report for each that has rows."""
    rows = resources.rows(FIGURES)
    for day in _due(rows, day_of(resources.clock())):
        yield from _sum_day(rows, day)


def _due(rows: Rows, today: date) -> list[date]:
    """Return the closed days without a sum, and those with markers."""
    last, first = last_closed(today), today - timedelta(days=LONGEST - 1)
    known = summed_days(rows, since=first)
    closed = (first + timedelta(days=number) for number in range((last - first).days + 1))
    marked = (day for day in marked_days(rows) if day <= last)
    return sorted({*marked, *(day for day in closed if day not in known)})


def _sum_day(rows: Rows, day: date) -> Iterator[Report]:
    before = sum_row(rows, day)
    marked = list(islice(markers_of(rows, day), MARKERS))
    sums = add_up(rows_of(rows, day))
    version = (before.version or 0) + 1 if before else 1
    if not rows.put(Row(partition=DAILY, sort=f"{day}", values=sums, version=version)):
        return
    for marker in marked:
        rows.remove(LATE, marker)
    if sums:
        yield Report(outcome=Outcome.SUMMED, detail=f"{day}, {len(marked)} late")
