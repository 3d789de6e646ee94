"""Check of a projection: its rows are the fold of the log, neither ahead nor behind."""

from functions.framework.ports import Row
from functions.framework.service import Consumer
from simulation.invariants import consumers
from simulation.invariants.violation import Violation
from simulation.state import ShopState


class ProjectionCheck:
    """Checks the rows of a consumer's projection, if it has one."""

    def __init__(self, consumer: Consumer, shop: ShopState) -> None:
        self._consumer = consumer
        self._projection = consumer.projection
        self._shop = shop
        self._orders: dict[tuple[str, str], str] = {}

    def row_written(self, table: str, row: Row, order: str) -> None:
        """Check a row that was written by work on that order, or on one that is not known.

        Raises:
            Violation: it is ahead of the log, or behind what the consumer has handled.
        """
        if self._projection is None or table != self._projection.table:
            return
        found = order or self._order_of(row)
        made = self._projection.fold(self._shop.log.read(found)) if found else None
        if made is None or _is_ahead(row, made):
            detail = f"{_values(row)} was written, and the fold of the log is {_values(made)}"
            raise Violation(consumers.a_row_is_not_ahead, found or row.sort, detail=detail)
        self.event_handled(found)

    def event_handled(self, order: str) -> None:
        """Check an order's row, once the consumer has handled all events of the order so far.

        Raises:
            Violation: the row is not the fold of the log.
        """
        if self._projection is None:
            return
        name, handled = self._consumer.name, self._shop.handled
        history = self._shop.log.read(order)
        types = self._consumer.subscribed_types
        if any((name, event.id) not in handled for event in history if event.type in types):
            return
        made = self._projection.fold(history)
        if made is None:
            return
        stored = self._shop.own.rows(name, self._projection.table).get(made.partition, made.sort)
        if stored is None or stored.values != made.values:
            detail = f"the row has {_values(stored)}, and the fold of the log is {_values(made)}"
            raise Violation(consumers.a_row_is_not_behind, order, detail=detail)

    def _order_of(self, row: Row) -> str:
        """Return the order whose row has the same keys."""
        place = (row.partition, row.sort)
        if place not in self._orders and self._projection is not None:
            for order in self._shop.log.orders():
                made = self._projection.fold(self._shop.log.read(order))
                if made is not None:
                    self._orders[made.partition, made.sort] = order
        return self._orders.get(place, "")


def _is_ahead(row: Row, made: Row) -> bool:
    if (row.partition, row.sort) != (made.partition, made.sort):
        return True
    if row.version is None or made.version is None:
        return False
    return row.version > made.version or (row.version == made.version and row.values != made.values)


def _values(row: Row | None) -> str:
    return "none" if row is None else f"{dict(row.values)}"
