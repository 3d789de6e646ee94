"""The figures of a day: what its rows add up to, and how they are read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from functions.analytics.table import marked_days, rows_of, summed_days
from functions.framework.ports import Row, Rows, Value

LONGEST = 92
"""Days, today among them, that figures can be asked for; closed ones of them are summed up."""

ORDERS = "orders"
CONFIRMED = "confirmed"
CANCELLED = "cancelled"
ORDERED = "ordered"
REVENUE = "revenue"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What happened on a day (UTC).

    `cancelled` is by reason; `ordered` and `revenue` are by ISO 4217 currency, in minor units:
    what was placed on that day, and the totals of what was confirmed on it.
    """

    day: date
    orders: int
    confirmed: int
    cancelled: Mapping[str, int]
    ordered: Mapping[str, int]
    revenue: Mapping[str, int]


def named(figure: str, kind: str) -> str:
    """Return the name of a figure that is counted by kind, such as `revenue:EUR`."""
    return f"{figure}:{kind}"


def added_up(rows: Iterable[Row]) -> Mapping[str, int]:
    """Return the sum of each name among the values of rows."""
    sums: Counter[str] = Counter()
    for row in rows:
        for name, value in row.values.items():
            sums[name] += int(value)
    return sums


def figures(rows: Rows, days: int, today: date) -> tuple[Figures, ...]:
    """Return the figures of so many days, the oldest first and `today` the last.

    Of a day that is summed up the sum is taken, unless markers say that more has come since. They
    are read before the sums: what was marked and is no longer is in the sum that is read then.
    """
    first = today - timedelta(days=days - 1)
    marked = frozenset(marked_days(rows, since=first))
    sums = {day: row for day, row in summed_days(rows, since=first).items() if day not in marked}
    return tuple(
        _figures(day, sums[day].values if day in sums else added_up(rows_of(rows, day)))
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
