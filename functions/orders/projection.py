"""Projection of orders: a row is the fold of the order's events, whichever worker writes it."""

from typing import Any

from events.envelope import Event
from events.history import History
from events.order_list import LIST, OPEN, entry, to_values
from functions.framework.ports import Row
from functions.framework.reaction import Keep


def row(history: History) -> Row | None:
    """Return the row of these events, or None without an `OrderPlaced`."""
    found = entry(history)
    if found is None:
        return None
    return Row(
        partition=found.customer,
        sort=found.place,
        values=to_values(found.listed) | ({OPEN: found.open} if found.open else {}),
        version=found.version,
    )


def project(_: Event[Any], history: History) -> Keep | None:
    """Write the order's row, unless the stored row knows as many events."""
    made = row(history)
    return Keep(table=LIST, rows=(made,)) if made else None
