"""Orders in the log and in the list, and runs of the chore that finds stalled ones."""

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
from simulation.stepped_ports import SteppedLog, SteppedRows
from tests.support.builders import ORDER, Clock, placed


class CheckedShop:
    """Orders in the log and in the list, and the chore that checks them."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.rows = MemoryRows(index=OPEN)
        self.clock = Clock()

    def place(self, order: str = ORDER, *, listed: bool = True) -> Event[Any]:
        """Place an order now."""
        event = placed(order=order, now=self.clock())
        self.log.append(event)
        if listed:
            self.project(order)
        return event

    def project(self, order: str = ORDER) -> None:
        """Write the order's row from its events."""
        self.rows.put(sure(row(self.log.read(order))))

    def check_once(self) -> list[Report]:
        """Run the chore once; within a worker it stops at each call of a port."""
        return list(check(SteppedLog(self.log), self.resources()))

    def resources(self) -> Resources:
        """Return the resources of the chore."""
        rows = SteppedRows(self.rows)
        return Resources(tables=MemoryTables(), rows={LIST: rows}.__getitem__, clock=self.clock)

    def advance(self, span: timedelta = STALLED_AFTER) -> None:
        """Advance the clock."""
        self.clock.now += span

    def stalled_slots(self, order: str = ORDER) -> list[str]:
        """Return the slots of the order's `OrderStalled` events."""
        return [e.slot for e in self.log.read(order) if isinstance(e.data, OrderStalled)]

    def row_of(self, order: str = ORDER) -> Row:
        """Return the order's row."""
        return next(each for each in self.rows.all() if each.sort.endswith(f"#{order}"))


def sure(made: Row | None) -> Row:
    assert made is not None
    return made


def outcomes(reports: list[Report]) -> list[tuple[str, str | None]]:
    return [(report.outcome, report.order) for report in reports]
