"""The watch: orders too long without an outcome are found by the index and said to be stalled.

What a message in a dead-letter queue keeps open is open for the index, too; so this is what makes
sure that no order waits for ever. Only an order of which the list never heard (its `OrderPlaced`
is in the list's own dead-letter queue) is not seen here: that queue is an operator's to watch.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice, takewhile

from events.codec import Undecodable
from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OUTCOME
from events.contracts.orders import OrderStalled
from events.envelope import Event, follow
from events.history import History
from events.order_list import LIST, OWNER, order_at, parts
from functions.framework.outcomes import Outcome
from functions.framework.ports import Clock, Log, Resources, Row, Rows
from functions.framework.service import Report
from functions.orders.projection import row

EVERY = 5
"""Minutes between two looks."""

STALLED_AFTER = timedelta(hours=12)
"""Longer than any message rides out an outage (`functions.runtime.backoff`), and to be said again
after as long once more, since what should have cancelled the order may have failed as well."""

AT_MOST = timedelta(seconds=20)
"""A look begins with no further order after that time; its function has half as long again."""

TAKEN = 60
"""Orders that one look takes from a part of the index, by turns."""

_PAGE = 1000


def check(log: Log, resources: Resources) -> Iterator[Report]:
    """State `OrderStalled` of each order that is too long without an outcome.

    An order that has its outcome is only here because the list has not heard of it: then its row is
    written. It may be done twice at once, and be killed at any line and done again. What one look
    has no time for, or cannot read, keeps no other order from being found at the next.
    """
    rows, clock = resources.rows(LIST), resources.clock
    began = clock()
    for order in _due(rows, began):
        if clock() - began >= AT_MOST:
            return
        try:
            yield from _look(order, log, rows, clock)
        except Undecodable as error:
            yield Report(outcome=Outcome.UNREADABLE, order=order, detail=str(error))


def _due(rows: Rows, now: datetime) -> Iterator[str]:
    """Return the orders to look at, from each part of the index those that are old enough."""
    for part in _by_turns(parts(stalled=False) + parts(stalled=True), 1, now):
        listed = rows.listed(part, limit=_PAGE)
        old = list(takewhile(lambda found: _age(found, now) >= STALLED_AFTER, listed))
        for found in islice(_by_turns(old, TAKEN, now), TAKEN):
            yield order_at(found.sort)


def _look(order: str, log: Log, rows: Rows, clock: Clock) -> Iterator[Report]:
    history = log.read(order)
    placed = history.find(OrderPlaced)
    if placed is None:
        return
    if history.at(OUTCOME):
        if _write(rows, history):
            yield Report(outcome=Outcome.CAUGHT_UP, order=order)
        return
    stalled = _next(placed, history, clock())
    if stalled is not None:
        held = log.append(stalled)
        if held == stalled:
            yield Report(outcome=Outcome.STALLED, order=order, stated=(held,))
        history = History([*history, held])
    _write(rows, history)


def _next(
    placed: Event[OrderPlaced], history: History, now: datetime
) -> Event[OrderStalled] | None:
    """Return the fact that the order is stalled, perhaps once more, or nothing if it is early."""
    earlier = [event for event in history if isinstance(event.data, OrderStalled)]
    since = max((event.time for event in earlier), default=placed.time)
    if now - since < STALLED_AFTER:
        return None
    return follow(
        placed,
        OrderStalled(waited_seconds=int((now - placed.time).total_seconds())),
        source=OWNER,
        now=now,
        seen=[event.sequence for event in history],
        slot=f"{OrderStalled.slots[0]}/{len(earlier) + 1}",
    )


def _write(rows: Rows, history: History) -> bool:
    """Write the order's row, by which one that is stalled leaves the part of those that are not."""
    made = row(history)
    return made is not None and rows.put(made)


def _age(found: Row, now: datetime) -> timedelta:
    """Return how long ago the order was placed: its place begins with that time in milliseconds."""
    return timedelta(milliseconds=now.timestamp() * 1000 - int(found.sort.partition(".")[0]))


def _by_turns[T](these: Sequence[T], step: int, now: datetime) -> Sequence[T]:
    """Return these, beginning with another one at each look: `step` further than at the last."""
    look = int(now.timestamp()) // (60 * EVERY)
    begin = look * step % max(len(these), 1)
    return (*these[begin:], *these[:begin])
