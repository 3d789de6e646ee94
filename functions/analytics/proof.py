"""Proof of analytics: the figures of a day are a recount of the log, and never beyond it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.envelope import Event
from events.history import History
from functions.analytics.figures import (
    CANCELLED,
    CONFIRMED,
    LONGEST,
    ORDERED,
    ORDERS,
    REVENUE,
    Figures,
    figure_name,
    figures,
)
from functions.analytics.table import (
    CLOSED_AFTER,
    DAILY,
    FIGURES,
    LATE,
    SEPARATOR,
    day_of,
    shard,
)
from functions.framework.ports import Row
from functions.framework.proof import Proof, Shop

CLOSED_DAYS = 95
"""Days before the first order whose figures are closed, as in a shop that is not new."""


@dataclass
class Recount:
    """The figures of each day, folded from the first so many facts of the log."""

    facts: int = 0
    days: Mapping[date, Counter[str]] = field(default_factory=dict)


def close_the_past(shop: Shop) -> None:
    """Write an empty sum for each day before the first order."""
    today = day_of(shop.now())
    for days in range(CLOSED_AFTER.days, CLOSED_DAYS):
        day = today - timedelta(days=days)
        shop.rows(FIGURES).put(Row(partition=DAILY, sort=f"{day}", version=1))


def the_figures_are_never_ahead_of_the_log(shop: Shop, row: Row) -> bool:
    """A figures row has what its event adds; a day's sum has no more than the log has."""
    if row.partition == DAILY:
        return not row.values or _within(row.values, recount(shop).get(_day(row), Counter()))
    if row.partition == LATE:
        day, marked, _ = row.sort.split(SEPARATOR)
        partition = shard(date.fromisoformat(day), marked.partition("/")[0])
        return shop.rows(FIGURES).get(partition, marked) is not None
    order, _, slot = row.sort.partition("/")
    history = shop.history(order)
    event = history.at(slot)
    return (
        event is not None
        and row.partition == shard(day_of(event.time), order)
        and row.values == adds(event, history)
    )


def the_figures_match_a_recount(shop: Shop) -> bool:
    """The figures of each day are those of a recount of the log."""
    found = {
        one.day: _by_name(one)
        for one in figures(shop.rows(FIGURES), LONGEST, day_of(shop.now()))
        if one.orders or one.confirmed or one.cancelled
    }
    return found == recount(shop)


def adds(event: Event[Any], history: History) -> Mapping[str, int]:
    """Return what an event adds to the figures of its day."""
    placed = history.find(OrderPlaced)
    if placed is None:
        return {}
    total = placed.data.total
    match event.data:
        case OrderPlaced():
            return {ORDERS: 1, figure_name(ORDERED, total.currency): total.amount}
        case OrderConfirmed():
            return {CONFIRMED: 1, figure_name(REVENUE, total.currency): total.amount}
        case OrderCancelled(reason=reason):
            return {figure_name(CANCELLED, reason): 1}
    return {}


def recount(shop: Shop) -> Mapping[date, Counter[str]]:
    """Return the figures of each day, folded from the log; cached until the log grows."""
    cached: Recount = shop.state
    if cached.facts != shop.facts:
        days: dict[date, Counter[str]] = {}
        for order in shop.orders():
            history = shop.history(order)
            for event in history:
                added = adds(event, history)
                if added:
                    days.setdefault(day_of(event.time), Counter()).update(added)
        cached.facts, cached.days = shop.facts, days
    return cached.days


def _day(row: Row) -> date:
    return date.fromisoformat(row.sort)


def _within(some: Mapping[str, Any], all_there_is: Counter[str]) -> bool:
    return all(value <= all_there_is[name] for name, value in some.items())


def _by_name(one: Figures) -> Mapping[str, int]:
    """Return the figures of a day under the names in its rows."""
    kinds = ((CANCELLED, one.cancelled), (ORDERED, one.ordered), (REVENUE, one.revenue))
    counted = {
        figure_name(of, kind): value for of, by_kind in kinds for kind, value in by_kind.items()
    }
    return Counter({ORDERS: one.orders, CONFIRMED: one.confirmed} | counted)


PROOF = Proof(
    state=Recount,
    seed=close_the_past,
    of_rows={FIGURES: (the_figures_are_never_ahead_of_the_log,)},
    at_rest_of_all=(the_figures_match_a_recount,),
    replay_changes_rows=True,  # a late row marks its day, which is then summed up again
)
