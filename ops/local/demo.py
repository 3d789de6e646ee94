"""The sample orders, one after the other, from their placing to their ends as they happen."""

import time
from collections.abc import Callable

from events.history import History
from events.order import fold
from functions.framework.ports import Log
from functions.runtime.clock import utc_now
from ops.local.samples import Sample, place, samples
from ops.local.view import View
from ops.logs.attempts import Attempts
from ops.logs.record import Record
from ops.logs.watch import Watch
from ops.views.order_tree import draw
from ops.views.outstanding import at_rest

PATIENCE = 30
"""Seconds in which an order must end."""


class Journeys:
    """Places the sample orders and follows them; the functions start while the first one passes."""

    def __init__(
        self,
        log: Log,
        api: str,
        view: View,
        watching: Watch,
        switch: Callable[[str, bool], object],
    ) -> None:
        """Take the log, where the API is, where to show the orders, and the functions' logs.

        `switch` turns a consumer off or on.
        """
        self.orders: list[str] = []
        self._switch = switch
        self._log = log
        self._api = api
        self._view = view
        self._watching = watching

    def travel(self) -> bool:
        """Show the events of all and then their trees; tell whether each ended as it must."""
        ends = [(sample, *self._place(sample)) for sample in samples()]
        well = [self._end(*end) for end in ends]
        return all(well)

    def _place(self, sample: Sample) -> tuple[History, list[Record]]:
        if sample.without is None or sample.until is None:
            return self._follow(place(self._api, sample.body), at_rest)
        self._switch(sample.without, False)
        self._view.note(f"{sample.without} is paused: the others go on")
        awaited = sample.until
        order = place(self._api, sample.body)
        _, before = self._follow(order, lambda history: history.states(awaited))
        self._view.note(f"{sample.without} is back, and hears what it missed")
        self._switch(sample.without, True)
        history, after = self._follow(order, at_rest)
        return history, before + after

    def _follow(
        self, order: str, arrived: Callable[[History], bool]
    ) -> tuple[History, list[Record]]:
        if order not in self.orders:
            self.orders.append(order)
        seen: list[Record] = []
        history = self._log.read(order)
        deadline = time.monotonic() + PATIENCE
        while not arrived(history) and time.monotonic() < deadline:
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
