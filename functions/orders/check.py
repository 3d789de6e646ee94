"""Chore: find orders that are too long without an outcome, by the index, and mark them stalled.

An order whose message is in a dead-letter queue stays open in the index too, so this chore ensures
that no order waits for ever. It misses only an order that is not in the list, because its
`OrderPlaced` is in the list's own dead-letter queue; an operator has to watch that queue.
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
from events.order_list import LIST, OWNER, order_at, shards
from functions.framework.chore import Report
from functions.framework.outcomes import Outcome
from functions.framework.ports import Clock, Log, Resources, Row, Rows
from functions.orders.projection import row

EVERY = 5
"""Minutes between two runs."""

STALLED_AFTER = timedelta(hours=12)
"""Longer than the retries of any message last (`functions.runtime.backoff`). Stated again after the
same time, since the cancellation may have failed as well."""

TIME_LIMIT = timedelta(seconds=20)
"""A run begins no further order after this time; its function has half as long again."""

BATCH = 60
"""Orders that one run takes from each shard of the index, in rotation."""

_PAGE = 1000


def check(log: Log, resources: Resources) -> Iterator[Report]:
    """Append `OrderStalled` to each order that is too long without an outcome.

    An order that has its outcome is found only if the list missed that event: then its row is
    written. Runs may overlap, and may crash at any line and be repeated. An order that one run has
    no time for, or cannot read, does not keep later runs from finding the others.
    """
    rows, clock = resources.rows(LIST), resources.clock
    began = clock()
    for order in _due(rows, began):
        if clock() - began >= TIME_LIMIT:
            return
        try:
            yield from _check_order(order, log, rows, clock)
        except Undecodable as error:
            yield Report(outcome=Outcome.UNREADABLE, order=order, detail=str(error))


def _due(rows: Rows, now: datetime) -> Iterator[str]:
    """Yield the orders to check: from each shard of the index those that are old enough."""
    for shard in _rotated(shards(stalled=False) + shards(stalled=True), 1, now):
        listed = rows.listed(shard, limit=_PAGE)
        old = list(takewhile(lambda found: _age(found, now) >= STALLED_AFTER, listed))
        for found in islice(_rotated(old, BATCH, now), BATCH):
            yield order_at(found.sort)


def _check_order(order: str, log: Log, rows: Rows, clock: Clock) -> Iterator[Report]:
    history = log.read(order)
    placed = history.find(OrderPlaced)
    if placed is None:
        return
    if history.at(OUTCOME):
        if _write(rows, history):
            yield Report(outcome=Outcome.CAUGHT_UP, order=order)
        return
    stalled = _next_stall(placed, history, clock())
    if stalled is not None:
        held = log.append(stalled)
        if held == stalled:
            yield Report(outcome=Outcome.STALLED, order=order, stated=(held,))
        history = History([*history, held])
    _write(rows, history)


def _next_stall(
    placed: Event[OrderPlaced], history: History, now: datetime
) -> Event[OrderStalled] | None:
    """Return the next `OrderStalled` event, or None if it is too early for one."""
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
    """Write the order's row; the row of a stalled order moves to the shards of stalled ones."""
    made = row(history)
    return made is not None and rows.put(made)


def _age(found: Row, now: datetime) -> timedelta:
    """Return the order's age: its `sort` begins with the time it was placed, in milliseconds."""
    return timedelta(milliseconds=now.timestamp() * 1000 - int(found.sort.partition(".")[0]))


def _rotated[T](items: Sequence[T], step: int, now: datetime) -> Sequence[T]:
    """Return the items, rotated by `step` more at each run."""
    run = int(now.timestamp()) // (60 * EVERY)
    begin = run * step % max(len(items), 1)
    return (*items[begin:], *items[:begin])
