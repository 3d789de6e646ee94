"""Outstanding reactions of an order: those of the map without their facts in the history."""

from dataclasses import dataclass
from typing import Any

from events.envelope import Event
from events.history import History
from events.order import fold
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.map import CONSUMERS


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A consumer has yet to react to `cause`, which probably fills `slot`."""

    cause: Event[Any]
    consumer: str
    slot: str


def outstanding(
    history: History, consumers: tuple[Consumer, ...] | None = None
) -> tuple[Pending, ...]:
    """Return the outstanding reactions of an order, of these consumers or of all of the map.

    A reaction to an event is complete once the history has any fact that it can end with, or any
    fact that makes it unnecessary. Several events that wait for one decision count once, under the
    latest of them.
    """
    waiting: dict[tuple[str, str], Pending] = {}
    for event in history:
        for consumer in CONSUMERS if consumers is None else consumers:
            on = consumer.reaction_to(event.type)
            if on is None or not on.states or on.ended(history) or history.states(*on.spared_by):
                continue
            slot = _slot(on, history)
            waiting[consumer.name, slot] = Pending(cause=event, consumer=consumer.name, slot=slot)
    return tuple(waiting.values())


def at_rest(history: History) -> bool:
    """Return whether a placed order is complete, mails included.

    It never is if a consumer was deployed after the order and gets no replay.
    """
    return not fold(history).moving and not outstanding(history)


def _slot(on: On, history: History) -> str:
    """Return the first slot that the reaction may still fill."""
    slots = [on.slot] if on.slot else [slot for fact in on.states for slot in fact.slots]
    return next((slot for slot in slots if history.at(slot) is None), slots[0])
