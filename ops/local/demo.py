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
from ops.views.recipients import unheard_of

PATIENCE = 30
"""Seconds in which an order must end."""

STRAGGLERS = 3
"""Seconds to wait for log lines of consumers that state no fact."""


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
        self._seen: list[LogRecord] = []

    def run(self) -> bool:
        """Show the events of all and then their trees; return whether each ended as expected."""
        ends = [(sample, self._place(sample)) for sample in samples()]
        well = [self._show_end(*end) for end in ends]
        return all(well)

    def _place(self, sample: Sample) -> History:
        if sample.without is None or sample.until is None:
            return self._follow_to_rest(place(self._api, sample.body))
        self._set_enabled(sample.without, False)
        self._view.note(f"{sample.without} is paused; the others continue")
        awaited = sample.until
        order = place(self._api, sample.body)
        self._follow(order, lambda history: history.states(awaited))
        self._view.note(f"{sample.without} is resumed and receives what it missed")
        self._set_enabled(sample.without, True)
        return self._follow_to_rest(order)

    def _follow_to_rest(self, order: str) -> History:
        """Show lines until the order is at rest, and each recipient has one about each event."""
        history = self._follow(order, at_rest)
        deadline = time.monotonic() + STRAGGLERS
        while unheard_of(history, Attempts(self._seen)) and time.monotonic() < deadline:
            time.sleep(self._watching.timing.every)
            self._show_new(flush=True)
        return history

    def _follow(self, order: str, done: Callable[[History], bool]) -> History:
        if order not in self.orders:
            self.orders.append(order)
        history = self._log.read(order)
        deadline = time.monotonic() + PATIENCE
        while not done(history) and time.monotonic() < deadline:
            time.sleep(self._watching.timing.every)
            if any(record.stated for record in self._show_new()):
                history = self._log.read(order)
        self._show_new(flush=True)
        return history

    def _show_new(self, *, flush: bool = False) -> list[LogRecord]:
        records = self._watching.poll(time.time(), flush=flush)
        self._seen += records
        self._view.records(records)
        return records

    def _show_end(self, sample: Sample, history: History) -> bool:
        order = fold(history)
        attempts = Attempts(record for record in self._seen if record.order == order.id)
        self._view.text()
        self._view.text(draw(order, history, utc_now(), attempts), order)
        if sample.matches(order):
            return True
        expected = sample.status + (f" ({sample.reason})" if sample.reason else "")
        short = self._view.short(order.id)
        self._view.print_error(f"{short} should have ended {expected}, with no money kept.")
        return False
