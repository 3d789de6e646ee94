"""History: the events of one order, sorted the same way for every reader."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from events.envelope import Event, Fact

_total_order = attrgetter("sequence", "id")


class History:
    """All events of one subject, sorted by (sequence, id).

    It depends on which slots are filled, never on the order in which the events arrived.
    """

    def __init__(self, events: Iterable[Event[Any]] = ()) -> None:
        """Sort the events; they may come in any order."""
        self._events = sorted(events, key=_total_order)
        self._by_id = {event.id: event for event in self._events}
        self._by_type = {type(event.data): event for event in reversed(self._events)}

    def __iter__(self) -> Iterator[Event[Any]]:
        """Iterate in the total order."""
        return iter(self._events)

    def __len__(self) -> int:
        """Return the number of facts."""
        return len(self._events)

    def __eq__(self, other: object) -> bool:
        """Return whether both hold the same events."""
        return isinstance(other, History) and self._events == other._events

    __hash__ = None  # type: ignore[assignment]  # a list of events is no key

    def at(self, slot: str) -> Event[Any] | None:
        """Return the event in `slot`, or None."""
        if not self._events:
            return None
        return self._by_id.get(f"{self._events[0].subject}/{slot}")

    def find[F: Fact](self, kind: type[F]) -> Event[F] | None:
        """Return the first event of a type, or None."""
        return self._by_type.get(kind)

    def states(self, *kinds: type[Fact]) -> bool:
        """Return whether an event of any of these types is among the events."""
        return not self._by_type.keys().isdisjoint(kinds)
