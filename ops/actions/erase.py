"""Blanking one order: its events, and the rows that were made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from events.history import History
from events.personal import forgotten
from functions.framework.ports import Clock, Log, Row, Rows
from functions.framework.service import Projection
from functions.runtime.operating.ports import Changing, Erasure
from ops.cli.errors import CommandError

TRIES = 3
"""Times that an event is blanked which somebody else changes meanwhile."""


@dataclass(frozen=True)
class ReadModel:
    """A read model: whose it is, how its rows are made, and where they are."""

    name: str
    projection: Projection
    rows: Rows

    def rewrite(self, before: Row | None, history: History) -> None:
        """Put what a history makes in the place of a row that was made before.

        It is as old as that one, so it must be written over it, and a key that is no more must go.
        """
        row = self.projection.fold(history)
        if before and (row is None or _place(row) != _place(before)):
            self.rows.remove(before.partition, before.sort)
        if row:
            self.rows.overwrite(row)

    def agrees(self, history: History) -> bool:
        """Tell whether the row is what a history makes."""
        row = self.projection.fold(history)
        return row is None or self.rows.get(row.partition, row.sort) == row


def erase(
    log: Log, erasure: Erasure, shelves: Sequence[ReadModel], order: str, clock: Clock
) -> Sequence[str]:
    """Blank an order's events and have its rows say no more; return the ids of the events.

    The rows are written before and after: before, since what they were is known from the events
    alone; after, since a message in flight may have brought them back meanwhile. Whatever ends it
    in between, doing it again does the rest.

    Raises:
        CommandError: somebody else goes on changing the events.
    """
    history = log.read(order)
    made = [shelf.projection.fold(history) for shelf in shelves]
    for shelf, row in zip(shelves, made, strict=True):
        shelf.rewrite(row, History(map(forgotten, history)))
    blanked: list[str] = []
    for left in reversed(range(TRIES)):
        try:
            blanked += erasure.erase(order, clock())
            break
        except Changing as changing:
            if not left:
                raise CommandError(
                    f"{changing} is being changed by somebody else: see who that is, and say it"
                    " again."
                ) from changing
    after = log.read(order)
    for shelf, row in zip(shelves, made, strict=True):
        shelf.rewrite(row, after)
    return blanked


def _place(row: Row) -> tuple[str, str]:
    return row.partition, row.sort
