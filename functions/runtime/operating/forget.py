"""Erasure of the personal data of one order: in its events, and in the rows built from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from events.history import History
from events.personal import blanked
from functions.framework.ports import Clock, Log, Row, Rows
from functions.framework.service import Projection
from functions.runtime.operating.ports import ConcurrentChange, Erasure

TRIES = 3
"""Attempts while another process changes the events."""


@dataclass(frozen=True)
class ReadModel:
    """A read model: its consumer's name, its projection, and its rows."""

    name: str
    projection: Projection
    rows: Rows

    def rewrite(self, before: Row | None, history: History) -> None:
        """Replace a row by the row of another history of the same version.

        An equal version needs an unconditional write, and a row under an old key is removed.
        """
        row = self.projection.fold(history)
        if before and (row is None or _place(row) != _place(before)):
            self.rows.remove(before.partition, before.sort)
        if row:
            self.rows.overwrite(row)

    def agrees(self, history: History) -> bool:
        """Return whether the stored row equals the row of a history."""
        row = self.projection.fold(history)
        return row is None or self.rows.get(row.partition, row.sort) == row


def erase(
    log: Log, erasure: Erasure, read_models: Sequence[ReadModel], order: str, clock: Clock
) -> Sequence[str]:
    """Erase the personal data of an order's events and rows; return the ids of the events.

    The rows are written before and after the events: before, since only the events give the old
    rows; after, since a message in flight may have restored them meanwhile. After an interruption,
    a second call completes the work.

    Raises:
        ConcurrentChange: another process keeps changing an event.
    """
    history = log.read(order)
    before = [model.projection.fold(history) for model in read_models]
    for model, row in zip(read_models, before, strict=True):
        model.rewrite(row, History(map(blanked, history)))
    erased: list[str] = []
    for left in reversed(range(TRIES)):
        try:
            erased += erasure.erase(order, clock())
            break
        except ConcurrentChange:
            if not left:
                raise
    after = log.read(order)
    for model, row in zip(read_models, before, strict=True):
        model.rewrite(row, after)
    return erased


def _place(row: Row) -> tuple[str, str]:
    return row.partition, row.sort
