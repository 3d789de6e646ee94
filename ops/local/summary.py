"""What is left of the sample orders once they are at rest: in the list, the figures, the ledger."""

import time
from collections.abc import Callable, Sequence
from datetime import date

import msgspec
from rich.table import Table

from events.history import History
from events.money import Money, written
from events.order_list import LIST, Status, entry, unflat
from functions.analytics.figures import Figures, figures
from functions.analytics.service import SERVICE as ANALYTICS
from functions.analytics.table import FIGURES, day_of
from functions.orders.service import SERVICE as ORDERS
from functions.payment.sandbox import LEDGER, Entry, State
from functions.payment.service import SERVICE as PAYMENT
from functions.runtime.clock import utc_now
from ops.local.view import View
from ops.stage.connection import Connection
from ops.views import metrics, orders

PATIENCE = 10.0
"""Seconds in which the read models must have caught up with the log."""

DAYS = 1
_ENDS: tuple[Status, ...] = ("confirmed", "dispatched", "cancelled")

_BECAME: dict[State, str] = {
    "prepared": "prepared, nothing moved",
    "captured": "captured",
    "declined": "declined, nothing moved",
    "cancelled": "cancelled, nothing moved",
    "refunded": "captured, then refunded",
}


def close(
    connection: Connection,
    view: View,
    placed: Sequence[str],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Show where the orders stand everywhere; tell whether all that is kept of them agrees.

    The list and the figures hear what happened a moment after it did, so they are waited for.
    """
    log = connection.log()
    histories = [log.read(order) for order in placed]
    deadline = clock() + PATIENCE
    while not (agreed := _agree(connection, histories)) and clock() < deadline:
        sleep(0.1)
    view.show("The list, as `fanfare orders` shows it:", _list(connection))
    view.show("The figures, as `fanfare metrics` shows them:", metrics.draw(_figures(connection)))
    view.show("The ledger of the sandbox gateway:", _ledger(connection, placed, view.short))
    if not agreed:
        view.complain(
            "The list or the figures have not caught up: `fanfare projection orders --check`."
        )
    return agreed


def _agree(connection: Connection, histories: Sequence[History]) -> bool:
    """Tell whether each row is what the log makes of it, and each order's end is counted."""
    kept = {row.sort: row for row in connection.rows(ORDERS, LIST).all()}
    for history in histories:
        made = entry(history)
        row = kept.get(made.place) if made else None
        if made is None or row is None or unflat(row.sort, row.values) != made.listed:
            return False
    ended = sum(made.listed.status in _ENDS for made in map(entry, histories) if made)
    counted = metrics.summed(_figures(connection))
    return (
        counted.orders >= len(histories)
        and counted.confirmed + sum(counted.cancelled.values()) >= ended
    )


def _figures(connection: Connection) -> Sequence[Figures]:
    today: date = day_of(utc_now())
    return figures(connection.rows(ANALYTICS, FIGURES), DAYS, today)


def _list(connection: Connection) -> Table:
    return orders.draw(list(orders.newest(connection, limit=3)), utc_now())


def _ledger(connection: Connection, placed: Sequence[str], short: Callable[[str], str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("order", no_wrap=True, style="cyan")
    table.add_column("amount", justify="right", no_wrap=True)
    table.add_column("became", no_wrap=True)
    for line in ledger(connection, placed):
        amount = written(Money(amount=line.amount, currency=line.currency))
        table.add_row(short(line.order), amount, line.became)
    return table


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One reference: the order, the amount in minor units, and what became of it."""

    order: str
    reference: str
    amount: int
    currency: str
    state: State

    @property
    def became(self) -> str:
        """What became of the money, in words."""
        return _BECAME[self.state]


def ledger(connection: Connection, orders: Sequence[str]) -> list[Line]:
    """Return the ledger's lines about these orders, in their order. It reads the whole ledger."""
    lines = []
    for record in connection.records(PAYMENT, LEDGER).all():
        entry = msgspec.convert(dict(record.values), Entry)
        if entry.order in orders:
            lines.append(
                Line(
                    order=entry.order,
                    reference=record.key,
                    amount=entry.amount,
                    currency=entry.currency,
                    state=entry.state,
                )
            )
    return sorted(lines, key=lambda line: (orders.index(line.order), line.reference))
