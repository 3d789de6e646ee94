"""Figures of a day: the totals of its rows, and the query for them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from functions.analytics.table import marked_days, rows_of, summed_days
from functions.framework.ports import Row, Rows, Value

LONGEST = 92
"""The days, including today, for which figures are available; the closed ones are summed up."""

ORDERS = "orders"
CONFIRMED = "confirmed"
CANCELLED = "cancelled"
ORDERED = "ordered"
REVENUE = "revenue"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a day (UTC).

    `cancelled` is by reason. `ordered` and `revenue` are by ISO 4217 currency, in minor units: the
    totals of the orders that were placed, and of those that were confirmed, on that day.
    """

    day: date
    orders: int
    confirmed: int
    cancelled: Mapping[str, int]
    ordered: Mapping[str, int]
    revenue: Mapping[str, int]


def figure_name(figure: str, kind: str) -> str:
    """Return the name of a figure that is counted by kind, such as `revenue:EUR`."""
    return f"{figure}:{kind}"


def add_up(rows: Iterable[Row]) -> Mapping[str, int]:
    """Return the sum of each name over the values of all rows."""
    sums: Counter[str] = Counter()
    for row in rows:
        for name, value in row.values.items():
            sums[name] += int(value)
    return sums


def figures(rows: Rows, days: int, today: date) -> tuple[Figures, ...]:
    """Return the figures of `days` days, the oldest first and `today` the last.

    A day that has a sum and no markers is read from its sum; any other day is counted. Markers are
    read before the sums: a row whose marker is gone is included in the sum that is read afterwards.
    """
    first = today - timedelta(days=days - 1)
    marked = frozenset(marked_days(rows, since=first))
    sums = {day: row for day, row in summed_days(rows, since=first).items() if day not in marked}
    return tuple(
        _figures(day, sums[day].values if day in sums else add_up(rows_of(rows, day)))
        for day in (first + timedelta(days=number) for number in range(days))
    )


def _figures(day: date, sums: Mapping[str, Value]) -> Figures:
    by_kind: dict[str, dict[str, int]] = {CANCELLED: {}, ORDERED: {}, REVENUE: {}}
    for name, value in sorted(sums.items()):
        figure, _, kind = name.partition(":")
        if figure in by_kind:
            by_kind[figure][kind] = int(value)
    return Figures(
        day=day,
        orders=int(sums.get(ORDERS, 0)),
        confirmed=int(sums.get(CONFIRMED, 0)),
        cancelled=by_kind[CANCELLED],
        ordered=by_kind[ORDERED],
        revenue=by_kind[REVENUE],
    )
