"""Recounts of read models: what the log means, counted without the code of the services.

Only the contracts of events and the stored form of rows are used. A mistake in a service's fold is
in its rows and in the fold, so a comparison of both does not show it; this one does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.envelope import Event
from simulation.invariants.orders import OfOrder
from simulation.state import ShopState

type Figures = Mapping[str, Mapping[str, int]]
"""The figures by day and name, without zeros."""


def the_list_is_what_the_log_means(shop: ShopState, order: str) -> bool:
    """An order's row in the list has what its events mean, counted independently."""
    if not _has(shop, "orders"):
        return True
    events = {event.type: event for event in shop.log.read(order)}
    placed = events.get("OrderPlaced")
    if placed is None:
        return True
    owner = placed.data.customer or f"guest#{order}"
    row = shop.own.rows("orders", "list").get(owner, f"{placed.sequence}#{order}")
    return row is not None and {**row.values} == _listed(placed, events)


def _listed(placed: Event[Any], events: Mapping[str, Event[Any]]) -> Mapping[str, Any]:
    """Return the values of a row in the list, of an order that has its outcome."""
    status, reason = "placed", {}
    if "OrderConfirmed" in events:
        status = "confirmed"
    if "DispatchScheduled" in events:
        status = "dispatched"
    if "OrderCancelled" in events:
        status, reason = "cancelled", {"reason": events["OrderCancelled"].data.reason}
    pieces = 0
    for line in placed.data.lines:
        pieces += line.quantity
    return {
        "status": status,
        "refund": "done" if "PaymentRefunded" in events else "none",
        "placed": placed.time.isoformat(),
        "amount": placed.data.total.amount,
        "currency": placed.data.total.currency,
        "pieces": pieces,
        **reason,
    }


def the_figures_are_what_the_log_means(shop: ShopState) -> bool:
    """The rows of each day, and the sum of each closed day, are an independent count of the log."""
    if not _has(shop, "analytics"):
        return True
    counted = _counted(shop)
    rows, sums, late = _stored(shop)
    return rows == counted and all(
        found == counted.get(day, {}) for day, found in sums.items() if day not in late
    )


def _counted(shop: ShopState) -> Figures:
    days: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for order in shop.log.orders():
        events = list(shop.log.read(order))
        totals = [each.data.total for each in events if isinstance(each.data, OrderPlaced)]
        for event in events:
            for name, number in _adds(event, *totals):
                days[f"{event.time.astimezone(UTC):%Y-%m-%d}"][name] += number
    return {day: dict(+names) for day, names in days.items()}


def _adds(event: Event[Any], total: Any) -> Iterator[tuple[str, int]]:
    match event.data:
        case OrderPlaced():
            yield from (("orders", 1), (f"ordered:{total.currency}", total.amount))
        case OrderConfirmed():
            yield from (("confirmed", 1), (f"revenue:{total.currency}", total.amount))
        case OrderCancelled(reason=reason):
            yield f"cancelled:{reason}", 1


def _stored(shop: ShopState) -> tuple[Figures, Figures, set[str]]:
    """Return the figures by rows of events, by sums of days, and the days that have late rows."""
    days: defaultdict[str, Counter[str]] = defaultdict(Counter)
    sums: dict[str, Mapping[str, int]] = {}
    late = set()
    for row in shop.own.rows("analytics", "figures").all():
        values = {name: int(value) for name, value in row.values.items()}
        if row.partition == "daily":
            sums[row.sort] = {name: value for name, value in values.items() if value}
        elif row.partition == "late":
            late.add(row.sort.partition("#")[0])
        else:
            days[row.partition.partition("#")[0]].update(values)
    return {day: dict(+names) for day, names in days.items()}, sums, late


def _has(shop: ShopState, name: str) -> bool:
    return any(consumer.name == name for consumer in shop.consumers)


OF_AN_ORDER: tuple[OfOrder, ...] = (the_list_is_what_the_log_means,)
OF_ALL = (the_figures_are_what_the_log_means,)
