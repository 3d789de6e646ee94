"""What must still follow: the reactions that the map promises, less the facts that are there."""

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
    history: History, consumers: tuple[Consumer, ...] = CONSUMERS
) -> tuple[Pending, ...]:
    """Return the reactions that an order still waits for.

    An event that a consumer hears is answered once any fact that the reaction can end with, or that
    spares it, is in the history. Several events that wait for one decision count once, under the
    latest of them.
    """
    waiting: dict[tuple[str, str], Pending] = {}
    for event in history:
        for consumer in consumers:
            on = consumer.reaction_to(event.type)
            if on is None or not on.states or on.ended(history) or history.states(*on.spared_by):
                continue
            slot = _slot(on, history)
            waiting[consumer.name, slot] = Pending(cause=event, consumer=consumer.name, slot=slot)
    return tuple(waiting.values())


def at_rest(history: History) -> bool:
    """Tell whether nothing more is to come of a placed order, not even a mail.

    A consumer that is younger than the order, and is not sent the past, is waited for in vain.
    """
    return not fold(history).moving and not outstanding(history)


def _slot(on: On, history: History) -> str:
    """Return the first slot that the reaction may still fill."""
    slots = [on.slot] if on.slot else [slot for fact in on.states for slot in fact.slots]
    return next((slot for slot in slots if history.at(slot) is None), slots[0])
