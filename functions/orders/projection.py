"""The list's rule: an order's row is the fold of what was heard of it, whoever writes it last."""

from typing import Any

from events.envelope import Event
from events.history import History
from events.order_list import LIST, OPEN, entry, flat
from functions.framework.ports import Row
from functions.framework.reaction import Keep


def row(history: History) -> Row | None:
    """Return the row that these events make, or nothing if no order was placed."""
    found = entry(history)
    if found is None:
        return None
    return Row(
        partition=found.customer,
        sort=found.place,
        values=flat(found.listed) | ({OPEN: found.open} if found.open else {}),
        version=found.version,
    )


def project(_: Event[Any], history: History) -> Keep | None:
    """Keep the order's row, unless one that knows as much is there."""
    made = row(history)
    return Keep(table=LIST, rows=(made,)) if made else None
