"""A shop that is watched: orders in the log and in the list, and a look at them."""

from datetime import timedelta
from typing import Any

from events.contracts.orders import OrderStalled
from events.envelope import Event
from events.order_list import LIST, OPEN
from functions.framework.ports import Resources, Row
from functions.framework.service import Report
from functions.orders.check import STALLED_AFTER, check
from functions.orders.projection import row
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.rows import MemoryRows
from functions.runtime.memory.tables import MemoryTables
from tests.support.builders import ORDER, Clock, placed
from tests.support.interleave import SteppedLog, SteppedRows, Worker


class Shop:
    """Orders in the log and in the list, and the watch over them."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.rows = MemoryRows(index=OPEN)
        self.clock = Clock()

    def place(self, order: str = ORDER, *, listed: bool = True) -> Event[Any]:
        """Place an order now."""
        event = placed(order=order, now=self.clock())
        self.log.append(event)
        if listed:
            self.keep(order)
        return event

    def keep(self, order: str = ORDER) -> None:
        """Let the list hear all of an order."""
        self.rows.put(sure(row(self.log.read(order))))

    def look(self, worker: Worker | None = None) -> list[Report]:
        """Look once."""
        log = SteppedLog(worker, self.log) if worker else self.log
        return list(check(log, self.resources(worker)))

    def resources(self, worker: Worker | None = None) -> Resources:
        """Return what the watch is given."""
        rows = SteppedRows(worker, self.rows) if worker else self.rows
        return Resources(tables=MemoryTables(), rows={LIST: rows}.__getitem__, clock=self.clock)

    def wait(self, span: timedelta = STALLED_AFTER) -> None:
        """Let time pass."""
        self.clock.now += span

    def stalls(self, order: str = ORDER) -> list[str]:
        """Return the slots in which the order is said to be stalled."""
        return [e.slot for e in self.log.read(order) if isinstance(e.data, OrderStalled)]

    def kept(self, order: str = ORDER) -> Row:
        """Return the order's row."""
        return next(each for each in self.rows.all() if each.sort.endswith(f"#{order}"))


def sure(made: Row | None) -> Row:
    assert made is not None
    return made


def outcomes(reports: list[Report]) -> list[tuple[str, str | None]]:
    return [(report.outcome, report.order) for report in reports]
