"""The sample orders, one after the other, from their placing to their ends as they happen."""

import time

from events.history import History
from events.order import fold
from functions.runtime.clock import utc_now
from functions.runtime.ports import Log
from ops.attempts import Attempts
from ops.record import Record
from ops.samples import Sample, place, samples
from ops.tree import draw
from ops.view import View
from ops.watch import Watch

PATIENCE = 30
"""Seconds in which an order must end."""


class Journeys:
    """Places the sample orders and follows them; the functions start while the first one passes."""

    def __init__(self, log: Log, api: str, view: View, watching: Watch) -> None:
        """Take the log, where the API is, where to show the orders, and the functions' logs."""
        self.orders: list[str] = []
        self._log = log
        self._api = api
        self._view = view
        self._watching = watching

    def travel(self) -> bool:
        """Show the events of all and then their trees; tell whether each ended as it must."""
        ends = [(sample, *self._follow(place(self._api, sample.body))) for sample in samples()]
        well = [self._end(*end) for end in ends]
        return all(well)

    def _follow(self, order: str) -> tuple[History, list[Record]]:
        self.orders.append(order)
        seen: list[Record] = []
        history = self._log.read(order)
        deadline = time.monotonic() + PATIENCE
        while fold(history).moving and time.monotonic() < deadline:
            time.sleep(self._watching.pace.every)
            new = self._show()
            seen += new
            if any(record.stated for record in new):
                history = self._log.read(order)
        return history, seen + self._show(flush=True)

    def _show(self, *, flush: bool = False) -> list[Record]:
        records = self._watching.poll(time.time(), flush=flush)
        self._view.records(records)
        return records

    def _end(self, sample: Sample, history: History, seen: list[Record]) -> bool:
        order = fold(history)
        told = Attempts(record for record in seen if record.order == order.id)
        self._view.text()
        self._view.text(draw(order, history, utc_now(), told), order)
        if sample.ended_so(order):
            return True
        expected = sample.status + (f" ({sample.reason})" if sample.reason else "")
        short = self._view.short(order.id)
        self._view.complain(f"{short} should have ended {expected}, with no money kept.")
        return False
