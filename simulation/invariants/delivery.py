"""The invariants of what is on its way: from the log to the topic, from there to each consumer."""

from collections.abc import Callable
from typing import Any

from events.envelope import Event
from functions.runtime import backoff
from simulation.clock import SECOND
from simulation.message import Message
from simulation.state import Shop

type OfFact = Callable[[Shop, Event[Any]], bool]
type OfMessage = Callable[[Message, int], bool]
type OfOrder = Callable[[Shop, str], bool]


def published_is_persisted(shop: Shop, event: Event[Any]) -> bool:
    """Nothing was published that is not in the log, as it is there."""
    return shop.log.streams.get(event.subject, {}).get(event.slot) is event


def an_order_is_published_in_order(shop: Shop, event: Event[Any]) -> bool:
    """No event is published before one of its order that was stated earlier and sorts before it.

    But for what the stream has lost, and an operator publishes later.
    """
    place = shop.stream.place(event.id)
    return all(
        earlier.id in shop.published
        or earlier.id in shop.stream.given_up
        or shop.stream.place(earlier.id) >= place
        for earlier in shop.log.read(event.subject)
        if earlier.sequence < event.sequence
    )


def no_event_is_forgotten(shop: Shop, order: str) -> bool:
    """Every event in the log was published, or is in the stream, or known to be lost there."""
    return all(
        event.id in shop.published or shop.stream.accounts_for(event.id)
        for event in shop.log.read(order)
    )


def no_message_is_forgotten(shop: Shop, order: str) -> bool:
    """Who hears an event that was published has handled it, or its queue or DLQ has it.

    Or it is known to be lost: the queue kept it no longer, or was not there yet.
    """
    return all(
        (consumer, event.id) in shop.handled or shop.queues[consumer].accounts_for(event.id)
        for event in shop.log.read(order)
        if event.id in shop.published
        for consumer in shop.subscribers.get(event.type, ())
    )


def nothing_is_acknowledged_undone(message: Message, _: int) -> bool:
    """A message is acknowledged only once a reaction to it has ended well."""
    return message.done


def no_dead_letter_is_untried(message: Message, _: int) -> bool:
    """Nothing goes to a DLQ before a reaction to it was begun, unless workers died on the way."""
    return message.tried or message.buried or _spoilt(message) > 0


def what_fails_rides_out_an_outage(message: Message, now: int) -> bool:
    """What fails is tried for as long as an outage is to be survived, before it is given up.

    But for the longest wait for each receive whose worker died, or shared it with another.
    """
    least = backoff.OUTAGE - _spoilt(message) * backoff.LONGEST_DELAY
    return message.buried or now - message.first >= least * SECOND


def _spoilt(message: Message) -> int:
    return message.spoilt + (message.hidden != message.receives)


OF_A_PUBLICATION: tuple[OfFact, ...] = (published_is_persisted, an_order_is_published_in_order)
OF_WHAT_IS_ACKNOWLEDGED: tuple[OfMessage, ...] = (nothing_is_acknowledged_undone,)
OF_A_DEAD_LETTER: tuple[OfMessage, ...] = (
    no_dead_letter_is_untried,
    what_fails_rides_out_an_outage,
)
OF_AN_ORDER: tuple[OfOrder, ...] = (no_event_is_forgotten, no_message_is_forgotten)
