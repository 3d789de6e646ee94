"""Summary of the sample orders at rest: the order list, the figures, the gateway's ledger."""

import time
from collections.abc import Callable, Sequence
from datetime import date

import msgspec
from rich.table import Table

from events.history import History
from events.money import Money, formatted
from events.order_list import LIST, Status, entry, from_values
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
"""Seconds within which the read models must catch up with the log."""

DAYS = 1
_ENDS: tuple[Status, ...] = ("confirmed", "dispatched", "cancelled")

_STATES: dict[State, str] = {
    "prepared": "prepared, nothing moved",
    "captured": "captured",
    "declined": "declined, nothing moved",
    "cancelled": "cancelled, nothing moved",
    "refunded": "captured, then refunded",
}


def show_summary(
    connection: Connection,
    view: View,
    placed: Sequence[str],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Show the orders in each read model, and return whether all agree with the log.

    The list and the figures get events with a delay, so the function waits for them.
    """
    log = connection.log()
    histories = [log.read(order) for order in placed]
    deadline = clock() + PATIENCE
    while not (consistent := _consistent(connection, histories)) and clock() < deadline:
        sleep(0.1)
    view.show("The list, as `fanfare orders` shows it:", _list(connection))
    view.show("The figures, as `fanfare metrics` shows them:", metrics.draw(_figures(connection)))
    view.show("The ledger of the sandbox gateway:", _ledger(connection, placed, view.short))
    if not consistent:
        view.print_error(
            "The list or the figures have not caught up: `fanfare projection orders --check`."
        )
    return consistent


def _consistent(connection: Connection, histories: Sequence[History]) -> bool:
    """Return whether each row equals the log's projection, and each order's end is counted."""
    kept = {row.sort: row for row in connection.rows(ORDERS, LIST).all()}
    for history in histories:
        made = entry(history)
        row = kept.get(made.place) if made else None
        if made is None or row is None or from_values(row.sort, row.values) != made.listed:
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
    table.add_column("state", no_wrap=True)
    for each in ledger(connection, placed):
        amount = formatted(Money(amount=each.amount, currency=each.currency))
        table.add_row(short(each.order), amount, each.state_text)
    return table


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One reference of the ledger: its order, its amount in minor units, and its state."""

    order: str
    reference: str
    amount: int
    currency: str
    state: State

    @property
    def state_text(self) -> str:
        """The state in plain English."""
        return _STATES[self.state]


def ledger(connection: Connection, orders: Sequence[str]) -> list[LedgerEntry]:
    """Return the ledger's entries of these orders, in their order. It reads the whole ledger."""
    entries = []
    for record in connection.records(PAYMENT, LEDGER).all():
        entry = msgspec.convert(dict(record.values), Entry)
        if entry.order in orders:
            entries.append(
                LedgerEntry(
                    order=entry.order,
                    reference=record.key,
                    amount=entry.amount,
                    currency=entry.currency,
                    state=entry.state,
                )
            )
    return sorted(entries, key=lambda each: (orders.index(each.order), each.reference))
