"""The log as the simulator keeps it: events as they are, since they never change; so it is fast."""

from collections.abc import Callable, Sequence
from typing import Any

from events import codec
from events.envelope import Event
from events.history import History
from functions.framework.ports import Change, ChangeRefused
from functions.runtime.memory.tables import MemoryTables

type Stated = Callable[[Event[Any], Sequence[Change]], None]


class PlainLog:
    """The log in dictionaries, which tells of every fact that is stated.

    It is held to the same contract suite as `MemoryLog`; only the table's form is not its own.
    """

    def __init__(
        self, tables: MemoryTables | None = None, stated: Stated = lambda _, __: None
    ) -> None:
        """Take the tables that changes may name, and who is told of each of its `facts`."""
        self.streams: dict[str, dict[str, Event[Any]]] = {}
        self.facts = 0
        self._tables = tables or MemoryTables()
        self._stated = stated
        self._known: dict[str, History] = {}

    def read(self, subject: str) -> History:
        """Return all events of a subject."""
        known = self._known.get(subject)
        if known is None:
            known = History(self.streams.get(subject, {}).values())
            self._known[subject] = known
        return known

    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        """Fill the event's slot, if it is free, and return the event that holds it."""
        codec.encode(event)
        stream = self.streams.setdefault(event.subject, {})
        slot = event.slot
        held = stream.get(slot)
        if held is not None:
            return held
        refused = [change.key for change in changes if self._lacks(change)]
        if refused:
            raise ChangeRefused(refused)
        for change in changes:
            self._tables(change.table).add(change.key, change.attribute, change.by)
        stream[slot] = event
        self.facts += 1
        self._known.pop(event.subject, None)
        self._stated(event, changes)
        return event

    def _lacks(self, change: Change) -> bool:
        if change.by >= 0:
            return False
        return self._tables(change.table).number(change.key, change.attribute) + change.by < 0
