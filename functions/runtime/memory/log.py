"""The log in memory: events by order and slot."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, override

from events import codec
from events.envelope import Event
from events.history import History
from functions.framework.ports import Change, ChangeRefused, Log
from functions.runtime.aws.items import Item, blanked, from_item, to_item, to_message
from functions.runtime.memory.tables import MemoryRecords, MemoryTables
from functions.runtime.operating.ports import Erasure, LogPage, Pages, Selection

PAGE_OF_ORDERS = 100
"""Orders on one page of the log in memory."""

type Appended = Callable[[Event[Any], Sequence[Change]], object]


def _ignore(_event: Event[Any], _changes: Sequence[Change]) -> None:
    pass


class MemoryLog(Log, Pages, Erasure):
    """The log in dictionaries.

    `tables` are the ones that changes may name. `appended` is called with each new event and its
    changes. With `as_items`, events are kept as DynamoDB items, in the version in which they were
    written, and every read decodes them; without, the events themselves are kept, which is faster.
    """

    def __init__(
        self,
        tables: MemoryTables | None = None,
        *,
        as_items: bool = True,
        appended: Appended = _ignore,
    ) -> None:
        self.facts = 0
        """How many events were appended."""

        self._tables = tables or MemoryTables()
        self._appended = appended
        self._as_items = as_items
        self._streams: dict[str, dict[str, Any]] = {}
        self._known: dict[str, History] = {}

    @override
    def read(self, subject: str) -> History:
        known = self._known.get(subject)
        if known is None:
            stored = self._streams.get(subject, {}).values()
            known = History([self._event(each) for each in stored] if self._as_items else stored)
            self._known[subject] = known
        return known

    @override
    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        return self.append_with(event, changes, self._tables)

    def append_with(
        self, event: Event[Any], changes: Sequence[Change], tables: Callable[[str], MemoryRecords]
    ) -> Event[Any]:
        """Append an event with changes of the tables that `tables` returns by name."""
        if self._as_items:
            stored: Any = to_item(event)
        else:
            codec.encode(event)
            stored = event
        with self._tables.lock:
            stream = self._streams.setdefault(event.subject, {})
            slot = event.slot
            held = stream.get(slot)
            if held is not None:
                return from_item(held) if self._as_items else held
            refused = [change.key for change in changes if _lacks(change, tables)]
            if refused:
                raise ChangeRefused(refused)
            for change in changes:
                tables(change.table).add(change.key, change.attribute, change.by)
            stream[slot] = stored
            self._known.pop(event.subject, None)
            self.facts += 1
        self._appended(event, changes)
        return event

    def orders(self) -> list[str]:
        """Return the subjects that have events, in the order of their first one."""
        return [subject for subject, stream in self._streams.items() if stream]

    def holds(self, subject: str, slot: str) -> bool:
        """Return whether a slot is filled."""
        return slot in self._streams.get(subject, ())

    def clear(self) -> None:
        """Remove all events."""
        self._streams.clear()
        self._known.clear()

    def items(self) -> dict[str, dict[str, Item]]:
        """Return all events as items, by subject and slot."""
        return {
            subject: {slot: self._item(each) for slot, each in stream.items()}
            for subject, stream in self._streams.items()
            if stream
        }

    def put_item(self, item: Item) -> None:
        """Write an item, whatever it holds, as somebody with rights on the table may.

        Only a log that keeps items can hold what is no event.
        """
        subject, slot = item["subject"]["S"], item["slot"]["S"]
        stored = item if self._as_items else from_item(item, lenient=True)
        self._streams.setdefault(subject, {})[slot] = stored
        self._known.pop(subject, None)

    @override
    def page(self, selection: Selection, cursor: str | None = None) -> LogPage:
        subjects = sorted(selection.orders or self._streams)
        subject, _, slot = (cursor or "").partition("/")
        begin = bisect_left(subjects, subject)
        end = begin + PAGE_OF_ORDERS
        found: list[tuple[Event[Any], Item]] = []
        for each in subjects[begin:end]:
            stream = self._streams.get(each, {})
            after = slot if each == subject else ""
            for place in sorted(place for place in stream if place > after):
                item = self._item(stream[place])
                if not selection.types or item["type"]["S"] in selection.types:
                    found.append((self._event(stream[place]), item))
        found = [(event, item) for event, item in found if selection.admits(event)]
        return LogPage(
            events=tuple(event for event, _ in found),
            messages=tuple(to_message(item) for _, item in found),
            cursor=f"{subjects[end]}/" if end < len(subjects) else None,
            units=0,
        )

    @override
    def erase(self, subject: str, at: datetime) -> Sequence[str]:
        items = {slot: self._item(each) for slot, each in self._streams.get(subject, {}).items()}
        changed = {slot: blanked(item, at) for slot, item in items.items()}
        for slot, attributes in changed.items():
            if attributes:
                self.put_item({**items[slot], **attributes})
        return [f"{subject}/{slot}" for slot, attributes in changed.items() if attributes]

    def _event(self, stored: Any) -> Event[Any]:
        return from_item(stored, lenient=True) if self._as_items else stored

    def _item(self, stored: Any) -> Item:
        return stored if self._as_items else to_item(stored)


class LogOfService(Log):
    """The log as one service appends to it: changes name the service's own tables."""

    def __init__(self, log: MemoryLog, tables: Callable[[str], MemoryRecords]) -> None:
        self._log = log
        self._tables = tables

    @override
    def read(self, subject: str) -> History:
        return self._log.read(subject)

    @override
    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        return self._log.append_with(event, changes, self._tables)


def _lacks(change: Change, tables: Callable[[str], MemoryRecords]) -> bool:
    if change.by >= 0:
        return False
    return tables(change.table).number(change.key, change.attribute) + change.by < 0
