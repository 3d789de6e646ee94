"""The chore: days that are over are summed up, and again whenever a late row comes.

No event is missed, and none is counted twice, whoever is killed wherever:

- A row that was written in time, without a marker, is in the first sum of its day. Its worker saw,
  by its clock, that the day had ended no more than a day ago; the day is summed when it ended more
  than two days ago, by this function's clock. Between the two lies a whole day, for clocks that
  differ and for a put that is still on its way. Machines of AWS differ by milliseconds, and a
  worker lives for minutes, so the row is there long before. For the same reason a marked day is
  left alone until it is closed.
- A row that was written later has a marker, which is put once the row is there. (A worker that died
  between the two left its message in the queue.) The day's rows are read after its markers, with
  strong consistency, so the sum has every row whose marker was read. Only those markers are
  removed, each by its own key, and only once the sum is written; one that was put meanwhile stays,
  and the day is summed again.
- Of two runs at once, a slow one does not overwrite the sum of a fast one that has seen more: a sum
  is written as version n + 1 of the version n that was there before its markers and rows were read,
  and only if no other run was quicker. Who was not the quickest leaves the markers alone. So each
  sum has all that the one before it had.
- A sum is made of the rows, never of an older sum, so that to repeat it changes nothing.

A message that lies in the dead-letter queue between its row and its marker is counted once it is
handled.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from functions.analytics.figures import LONGEST, added_up
from functions.analytics.table import (
    DAILY,
    FIGURES,
    LATE,
    day_of,
    last_closed,
    marked_days,
    markers_of,
    rows_of,
    summed,
    summed_days,
)
from functions.framework.ports import Log, Resources, Row, Rows
from functions.framework.service import Report

MARKERS = 20_000
"""Markers that one run looks at for a day, minutes of removing; the next run takes the rest."""


def close_days(_: Log, resources: Resources) -> Iterator[Report]:
    """Sum up the days that are over, and tell of each that had anything to it."""
    rows = resources.rows(FIGURES)
    for day in _due(rows, day_of(resources.clock())):
        yield from _close(rows, day)


def _due(rows: Rows, today: date) -> list[date]:
    """Return the closed days that have no sum yet or have markers."""
    last, first = last_closed(today), today - timedelta(days=LONGEST - 1)
    known = summed_days(rows, since=first)
    closed = (first + timedelta(days=number) for number in range((last - first).days + 1))
    marked = (day for day in marked_days(rows) if day <= last)
    return sorted({*marked, *(day for day in closed if day not in known)})


def _close(rows: Rows, day: date) -> Iterator[Report]:
    before = summed(rows, day)
    marked = list(islice(markers_of(rows, day), MARKERS))
    sums = added_up(rows_of(rows, day))
    version = (before.version or 0) + 1 if before else 1
    if not rows.put(Row(partition=DAILY, sort=f"{day}", values=sums, version=version)):
        return
    for marker in marked:
        rows.remove(LATE, marker)
    if sums:
        yield Report(outcome="summed", detail=f"{day}, {len(marked)} late")
