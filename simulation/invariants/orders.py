"""Invariants of facts, whichever service states them, that hold at every moment.

Each is checked after every fact. `delivery` has those of messages, `consumers` those that a row
declares, `at_rest` those of a world at rest, and a consumer's folder those of its own.
"""

from collections.abc import Callable
from typing import Any

from events.envelope import Event
from simulation.state import ShopState

type OfFact = Callable[[ShopState, Event[Any]], bool]
type OfOrder = Callable[[ShopState, str], bool]


def a_filled_slot_never_changes(shop: ShopState, event: Event[Any]) -> bool:
    """A filled slot holds the same fact for ever."""
    return shop.first.setdefault(event.id, event) is event


def sequence_follows_causation(shop: ShopState, event: Event[Any]) -> bool:
    """An event's sequence is greater than that of the event that it reacts to."""
    if event.causationid is None:
        return True
    slot = event.causationid.removeprefix(f"{event.subject}/")
    cause = shop.log.read(event.subject).at(slot)
    return cause is not None and cause.sequence < event.sequence


OF_ANY_FACT: tuple[OfFact, ...] = (a_filled_slot_never_changes, sequence_follows_causation)
