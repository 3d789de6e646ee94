"""Invariants of read models: they may lag behind the log, and are never ahead of it."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.envelope import Event
from events.history import History
from events.order_list import entry_version, order_at
from functions.analytics.figures import CANCELLED, CONFIRMED, ORDERED, ORDERS, REVENUE, figure_name
from functions.analytics.table import DAILY, FIGURES, LATE, SEPARATOR, day_of, shard
from functions.framework.ports import Row
from functions.orders.projection import row as row_of
from simulation.state import ShopState

type OfRow = Callable[[ShopState, Row], bool]


def the_list_is_never_ahead_of_the_log(shop: ShopState, row: Row) -> bool:
    """A list row counts no more facts than the log has, and equals the fold of as many."""
    history = shop.log.read(order_at(row.sort))
    return row.version is not None and (
        row.version < entry_version(history) or row == row_of(history)
    )


def the_figures_are_never_ahead_of_the_log(shop: ShopState, row: Row) -> bool:
    """A figures row has what its event adds; a day's sum has no more than the log has."""
    if row.partition == DAILY:
        return not row.values or _within(row.values, recount(shop).get(_day(row), Counter()))
    if row.partition == LATE:
        day, marked, _ = row.sort.split(SEPARATOR)
        partition = shard(date.fromisoformat(day), marked.partition("/")[0])
        return shop.rows[FIGURES].get(partition, marked) is not None
    order, _, slot = row.sort.partition("/")
    history = shop.log.read(order)
    event = history.at(slot)
    return (
        event is not None
        and row.partition == shard(day_of(event.time), order)
        and row.values == adds(event, history)
    )


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


def recount(shop: ShopState) -> Mapping[date, Counter[str]]:
    """Return the figures of each day, folded from the log; cached until the log grows."""
    if shop.recounted[0] == shop.log.facts:
        return shop.recounted[1]
    days: dict[date, Counter[str]] = {}
    for order in shop.log.orders():
        history = shop.log.read(order)
        for event in history:
            added = adds(event, history)
            if added:
                days.setdefault(day_of(event.time), Counter()).update(added)
    shop.recounted = (shop.log.facts, days)
    return days


def _day(row: Row) -> date:
    return date.fromisoformat(row.sort)


def _within(some: Mapping[str, Any], all_there_is: Counter[str]) -> bool:
    return all(value <= all_there_is[name] for name, value in some.items())


OF_THE_LIST: tuple[OfRow, ...] = (the_list_is_never_ahead_of_the_log,)
OF_THE_FIGURES: tuple[OfRow, ...] = (the_figures_are_never_ahead_of_the_log,)
