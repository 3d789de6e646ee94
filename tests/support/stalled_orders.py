"""Orders in the log and in the list, and runs of the chore that finds stalled ones."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from events.contracts.orders import OrderStalled
from events.envelope import Event
from events.history import History
from events.order_list import LIST, OPEN
from functions.framework.chore import Report
from functions.framework.ports import Resources, Row
from functions.orders.check import STALLED_AFTER, check
from functions.orders.projection import row
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.rows import MemoryRows
from simulation.stepped_ports import SteppedLog, SteppedRows
from testkit.builders import ORDER, Clock, placed, resources


class CheckedShop:
    """The log, the list, and the chore, which within a worker stops at each call of a port."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.rows = MemoryRows(index=OPEN)
        self.clock = Clock()

    def place(self, order: str = ORDER) -> Event[Any]:
        event = self.log.append(placed(order=order, now=self.clock()))
        self.project(self.log.read(order))
        return event

    def project(self, history: History) -> None:
        made = row(history)
        assert made is not None
        self.rows.put(made)

    def check_once(self) -> list[Report]:
        return list(check(SteppedLog(self.log), self.resources()))

    def resources(self) -> Resources:
        rows = {LIST: SteppedRows(self.rows)}
        return replace(resources(clock=self.clock), rows=rows.__getitem__)

    def advance(self, span: timedelta = STALLED_AFTER) -> None:
        self.clock.now += span

    def stalled_slots(self, order: str = ORDER) -> list[str]:
        return [e.slot for e in self.log.read(order) if isinstance(e.data, OrderStalled)]

    def row_of(self, order: str = ORDER) -> Row:
        return next(each for each in self.rows.all() if each.sort.endswith(f"#{order}"))


def outcomes(reports: list[Report]) -> list[tuple[str, str | None]]:
    return [(report.outcome, report.order) for report in reports]
