"""Orders of several days, their figures counted from the events, and analytics' rows of them."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from events.contracts.ordering import OrderCancelled, OrderConfirmed, Reason
from events.envelope import Event
from events.history import History
from events.money import Money
from functions.analytics.daily_sums import sum_closed_days
from functions.analytics.figures import Figures
from functions.analytics.service import SERVICE
from functions.analytics.table import FIGURES
from functions.framework.chore import Report
from functions.framework.ports import Row, Rows
from functions.framework.reaction import Keep
from functions.runtime.memory.log import MemoryLog
from testkit.builders import Clock, order_placed, placed, resources, then

TODAY = date(2026, 11, 24)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def ago(days: int) -> datetime:
    """Return noon of the day that many days before today."""
    return noon(TODAY - timedelta(days=days))


def order(
    name: str,
    at: datetime,
    *,
    amount: int = 4900,
    currency: str = "EUR",
    ends: Reason | bool = True,
    after: timedelta = timedelta(minutes=1),
) -> History:
    """Return an order that is confirmed, cancelled for a reason, or still open (False)."""
    total = Money(amount=amount, currency=currency)
    first = placed(msgspec.structs.replace(order_placed(), total=total), order=name, now=at)
    if ends is False:
        return History([first])
    last = OrderConfirmed() if ends is True else OrderCancelled(reason=ends)
    return History([first, then(first, last, now=at + after)])


def rows_for(event: Event[Any], history: History, now: datetime) -> tuple[Row, ...]:
    on = SERVICE.reaction_to(event.type)
    assert on is not None
    decided = on.react(*[event, *([history] if on.history else []), now])
    assert isinstance(decided, Keep)
    return decided.rows


def deliver(rows: Rows, history: History, now: datetime, only: str | None = None) -> None:
    """Write the rows of an order's events, or of the event with the id `only`."""
    for event in history:
        if only in (None, event.id):
            for row in rows_for(event, history, now):
                rows.put(row)


def sum_up(rows: Rows, today: date) -> list[Report]:
    """Run the chore on a day."""
    given = resources(clock=Clock(noon(today)))
    return list(sum_closed_days(MemoryLog(), replace(given, rows={FIGURES: rows}.__getitem__)))


def recount(
    histories: Iterable[History], days: int, today: date, *, event_ids: Container[str] | None = None
) -> tuple[Figures, ...]:
    """Return the figures of `days` days, counted from the events, or from those with these ids."""
    counted = [
        (event, next(iter(history)).data.total)
        for history in histories
        for event in history
        if event_ids is None or event.id in event_ids
    ]
    dates = [today - timedelta(days=back) for back in reversed(range(days))]
    return tuple(_recounted(day, counted) for day in dates)


def _recounted(day: date, counted: Iterable[tuple[Event[Any], Money]]) -> Figures:
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    money: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for event, total in counted:
        if event.time.astimezone(UTC).date() == day:
            counts[event.type] += 1
            money[event.type][total.currency] += total.amount
            if isinstance(event.data, OrderCancelled):
                reasons[event.data.reason] += 1
    return Figures(
        day=day,
        orders=counts["OrderPlaced"],
        confirmed=counts["OrderConfirmed"],
        cancelled=reasons,
        ordered=money["OrderPlaced"],
        revenue=money["OrderConfirmed"],
    )
