"""Sample orders: place each, show its events as they happen, and check how it ends."""

import time
from collections.abc import Callable

from events.history import History
from events.order import fold
from functions.framework.ports import Log
from functions.runtime.clock import utc_now
from ops.local.samples import Sample, place, samples
from ops.local.view import View
from ops.logs.attempts import Attempts
from ops.logs.record import LogRecord
from ops.logs.watch import Watch
from ops.views.order_tree import draw
from ops.views.outstanding import at_rest

PATIENCE = 30
"""Seconds in which an order must end."""


class Demo:
    """Places the sample orders and follows them; the first one starts the functions.

    `set_enabled` turns a consumer's event source on or off.
    """

    def __init__(
        self,
        log: Log,
        api: str,
        view: View,
        watching: Watch,
        set_enabled: Callable[[str, bool], object],
    ) -> None:
        self.orders: list[str] = []
        self._set_enabled = set_enabled
        self._log = log
        self._api = api
        self._view = view
        self._watching = watching

    def run(self) -> bool:
        """Show the events of all and then their trees; return whether each ended as expected."""
        ends = [(sample, *self._place(sample)) for sample in samples()]
        well = [self._show_end(*end) for end in ends]
        return all(well)

    def _place(self, sample: Sample) -> tuple[History, list[LogRecord]]:
        if sample.without is None or sample.until is None:
            return self._follow(place(self._api, sample.body), at_rest)
        self._set_enabled(sample.without, False)
        self._view.note(f"{sample.without} is paused; the others continue")
        awaited = sample.until
        order = place(self._api, sample.body)
        _, before = self._follow(order, lambda history: history.states(awaited))
        self._view.note(f"{sample.without} is resumed and receives what it missed")
        self._set_enabled(sample.without, True)
        history, after = self._follow(order, at_rest)
        return history, before + after

    def _follow(
        self, order: str, done: Callable[[History], bool]
    ) -> tuple[History, list[LogRecord]]:
        if order not in self.orders:
            self.orders.append(order)
        seen: list[LogRecord] = []
        history = self._log.read(order)
        deadline = time.monotonic() + PATIENCE
        while not done(history) and time.monotonic() < deadline:
            time.sleep(self._watching.timing.every)
            new = self._show_new()
            seen += new
            if any(record.stated for record in new):
                history = self._log.read(order)
        return history, seen + self._show_new(flush=True)

    def _show_new(self, *, flush: bool = False) -> list[LogRecord]:
        records = self._watching.poll(time.time(), flush=flush)
        self._view.records(records)
        return records

    def _show_end(self, sample: Sample, history: History, seen: list[LogRecord]) -> bool:
        order = fold(history)
        attempts = Attempts(record for record in seen if record.order == order.id)
        self._view.text()
        self._view.text(draw(order, history, utc_now(), attempts), order)
        if sample.matches(order):
            return True
        expected = sample.status + (f" ({sample.reason})" if sample.reason else "")
        short = self._view.short(order.id)
        self._view.print_error(f"{short} should have ended {expected}, with no money kept.")
        return False
