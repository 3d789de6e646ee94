"""Orders of several days, their figures counted from the events, and analytics' rows of them."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed, Reason
from events.envelope import Event
from events.history import History
from events.money import Money
from functions.analytics.daily_sums import sum_closed_days
from functions.analytics.figures import Figures
from functions.analytics.service import SERVICE
from functions.analytics.table import FIGURES
from functions.framework.ports import Resources, Row, Rows
from functions.framework.reaction import Keep
from functions.framework.service import Report
from functions.runtime.memory.log import MemoryLog
from tests.support.builders import Clock, order_placed, placed, resources, then

TODAY = date(2026, 11, 24)


def noon(day: date) -> datetime:
    """Return noon of a day."""
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
    """Return the rows that analytics writes for an event."""
    on = SERVICE.reaction_to(event.type)
    assert on is not None
    decided = on.react(*[event, *([history] if on.history else []), now])
    assert isinstance(decided, Keep)
    return decided.rows


def deliver(rows: Rows, history: History, now: datetime, only: str | None = None) -> None:
    """Write the rows of an order's events, or of the event with the id `only`."""
    for event in history:
        if only not in (None, event.id):
            continue
        for row in rows_for(event, history, now):
            rows.put(row)


def sum_up(rows: Rows, today: date) -> list[Report]:
    """Run the chore on a day."""
    given = resources(clock=Clock(noon(today)))
    given = Resources(tables=given.tables, rows={FIGURES: rows}.__getitem__, clock=given.clock)
    return list(sum_closed_days(MemoryLog(), given))


def recount(
    histories: Iterable[History], days: int, today: date, *, event_ids: Container[str] | None = None
) -> tuple[Figures, ...]:
    """Return the figures of `days` days, counted from the events, or from those with these ids."""
    events = [
        (event, history)
        for history in histories
        for event in history
        if event_ids is None or event.id in event_ids
    ]
    return tuple(_count_day(today - timedelta(days=back), events) for back in reversed(range(days)))


def _count_day(day: date, events: Sequence[tuple[Event[Any], History]]) -> Figures:
    counts: Counter[str] = Counter()
    cancelled: Counter[str] = Counter()
    money: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for event, history in events:
        if event.time.astimezone(UTC).date() != day:
            continue
        counts[event.type] += 1
        total = next(iter(history)).data.total
        match event.data:
            case OrderPlaced() | OrderConfirmed():
                money[event.type][total.currency] += total.amount
            case OrderCancelled(reason=reason):
                cancelled[reason] += 1
    return Figures(
        day=day,
        orders=counts["OrderPlaced"],
        confirmed=counts["OrderConfirmed"],
        cancelled=cancelled,
        ordered=money["OrderPlaced"],
        revenue=money["OrderConfirmed"],
    )
