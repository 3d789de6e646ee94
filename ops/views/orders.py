"""`fanfare orders`: the newest orders, or those that have waited longest for an outcome."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import islice, takewhile

import msgspec
from rich.table import Table

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import Reason
from events.contracts.orders import OrderStalled
from events.history import History
from events.money import Money, formatted
from events.order import fold
from events.order_list import LIST, OPEN, entry, from_values, order_at, shards
from functions.framework.ports import Clock, Row
from functions.orders.service import SERVICE as ORDERS
from functions.runtime.aws.tables import DynamoRows
from functions.runtime.clock import utc_now
from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import elapsed
from ops.cli.options import LOCAL, Options
from ops.logs.columns import Columns
from ops.stage.connection import Connection


class OrderSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An order as a row of the table; `stalled` means that a stall was recorded."""

    id: str
    status: str
    reason: Reason | None
    refund: str
    stalled: bool
    placed: datetime
    total: Money
    pieces: int

    @property
    def state(self) -> str:
        """The status with its reason, refund and stall."""
        why = f" ({self.reason})" if self.reason else ""
        more = ", money returned" if self.refund == "done" else ""
        return self.status + why + more + (", stalled" if self.stalled else "")


def show(
    connection: Connection,
    options: Options,
    *,
    moving: bool,
    older_than: timedelta | None,
    limit: int,
    yes: bool = False,
    clock: Clock = utc_now,
) -> ExitCode:
    """Print orders as a table, or each as a JSON object."""
    waiting = moving or older_than is not None
    if not (waiting or yes or options.stage == LOCAL):
        raise CommandError(
            f"The newest orders need a scan of the whole list of stage {options.stage}. To confirm:"
            f" fanfare orders --stage {options.stage} --yes; --moving finds orders that wait for an"
            " outcome without a scan.",
            ExitCode.REFUSED,
        )
    now = clock()
    before = now - (older_than or timedelta())
    found = (
        takewhile(lambda order: order.placed <= before, _waiting(connection, limit))
        if waiting
        else newest(connection, limit)
    )
    orders = list(islice(found, limit + 1))
    shown, more = orders[:limit], orders[limit:]
    if options.json:
        for order in shown:
            options.print_json(order)
    elif shown:
        options.out.print(draw(shown, now), soft_wrap=False)
    else:
        options.err.print(_no_orders(options.stage, waiting=waiting))
    if more:
        which = "The longest waiting" if waiting else "The newest"
        options.err.print(f"{which} orders, at most {limit:,}; --limit shows more.")
    return ExitCode.DONE


def draw(orders: list[OrderSummary], now: datetime) -> Table:
    """Return orders as a table of 80 columns, each with the shortest unique prefix of its id."""
    columns = Columns()
    for order in orders:
        columns.short(order.id)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("order", no_wrap=True, style="cyan")
    table.add_column("status")
    table.add_column("age", justify="right", no_wrap=True)
    table.add_column("pieces", justify="right", no_wrap=True)
    table.add_column("total", justify="right", no_wrap=True)
    for order in orders:
        age = elapsed(max(0, (now - order.placed).total_seconds() * 1000))
        cells = (order.state, age, f"{order.pieces}", formatted(order.total))
        table.add_row(columns.short(order.id), *cells, style="red" if order.stalled else None)
    return table


def newest(connection: Connection, limit: int) -> Iterator[OrderSummary]:
    """Return the newest orders, and one more than `limit` if there is one.

    Orders in progress are read from the log, since the list does not have their progress.
    """
    log = connection.log()
    for kept in nlargest(limit + 1, _list(connection).all(), key=lambda row: row.sort):
        history = log.read(order_at(kept.sort)) if OPEN in kept.values else History()
        if history.states(OrderPlaced):
            yield _from_history(history)
            continue
        listed = from_values(kept.sort, kept.values)
        yield OrderSummary(
            id=listed.id,
            status=listed.status,
            reason=listed.reason,
            refund=listed.refund,
            stalled=False,
            placed=listed.placed,
            total=listed.total,
            pieces=listed.pieces,
        )


def _waiting(connection: Connection, limit: int) -> Iterator[OrderSummary]:
    """Return the waiting orders, the oldest first: found by the index, read from the log."""
    rows, log = _list(connection), connection.log()
    found: list[Row] = []
    for part in shards(stalled=True) + shards(stalled=False):
        found += rows.listed(part, limit=limit + 1)
    for kept in sorted(found, key=lambda row: row.sort):
        history = log.read(order_at(kept.sort))
        known = entry(history)
        if known and known.open:
            yield _from_history(history)


def _from_history(history: History) -> OrderSummary:
    order = fold(history)
    return OrderSummary(
        id=order.id,
        status=order.status,
        reason=order.reason,
        refund=order.refund,
        stalled=history.states(OrderStalled),
        placed=order.timeline[0].time,
        total=order.total,
        pieces=sum(line.quantity for line in order.lines),
    )


def _list(connection: Connection) -> DynamoRows:
    return connection.rows(ORDERS, LIST)


def _no_orders(stage: str, *, waiting: bool) -> str:
    if waiting:
        return f"No such order waits for an outcome on stage {stage}."
    return (
        f"The list of stage {stage} is empty: `fanfare invoke` places an order, and `fanfare replay"
        f" {ORDERS.name}` rebuilds a list that was emptied."
    )
