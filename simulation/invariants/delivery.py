"""Invariants of delivery: from the log to the topic, and from the topic to each consumer."""

from collections.abc import Callable
from typing import Any

from events.envelope import Event
from functions.runtime import backoff
from simulation.clock import SECOND
from simulation.invariants.orders import OfFact, OfOrder
from simulation.message import Message
from simulation.state import ShopState

type OfMessage = Callable[[Message, int], bool]


def published_is_persisted(shop: ShopState, event: Event[Any]) -> bool:
    """Every published event is in the log, unchanged."""
    return shop.log.read(event.subject).at(event.slot) is event


def events_are_published_in_order(shop: ShopState, event: Event[Any]) -> bool:
    """No event is published before one of its order that was appended earlier and sorts first.

    Except for events that the stream dropped and an operator publishes later.
    """
    place = shop.stream.place(event.id)
    return all(
        earlier.id in shop.published
        or earlier.id in shop.stream.given_up
        or shop.stream.place(earlier.id) >= place
        for earlier in shop.log.read(event.subject)
        if earlier.sequence < event.sequence
    )


def no_event_is_lost(shop: ShopState, order: str) -> bool:
    """Every event in the log was published, is in the stream, or was dropped there and noted."""
    return all(
        event.id in shop.published or shop.stream.accounts_for(event.id)
        for event in shop.log.read(order)
    )


def no_message_is_lost(shop: ShopState, order: str) -> bool:
    """Every subscriber of a published event has handled it, or has it in its queue or DLQ.

    Or the event is known to be missing: it expired in the queue, or the queue did not exist yet.
    """
    return all(
        (consumer, event.id) in shop.handled or shop.queues[consumer].accounts_for(event.id)
        for event in shop.log.read(order)
        if event.id in shop.published
        for consumer in shop.subscribers.get(event.type, ())
    )


def only_handled_messages_are_acknowledged(message: Message, _: int) -> bool:
    """A message is acknowledged only after a reaction to it has succeeded."""
    return message.done


def dead_letters_were_tried(message: Message, _: int) -> bool:
    """A reaction to a message began before it went to the DLQ, unless its workers died first."""
    return message.tried or message.buried or _undelayed(message) > 0


def retries_outlast_an_outage(message: Message, now: int) -> bool:
    """A failing message is retried for as long as an outage must be survived, before the DLQ.

    Less the longest delay for each receive whose worker died, or shared the message with another.
    """
    least = backoff.OUTAGE - _undelayed(message) * backoff.LONGEST_DELAY
    return message.buried or now - message.first >= least * SECOND


def _undelayed(message: Message) -> int:
    return message.undelayed + (message.last_hidden != message.receives)


OF_A_PUBLICATION: tuple[OfFact, ...] = (published_is_persisted, events_are_published_in_order)
OF_AN_ACKNOWLEDGEMENT: tuple[OfMessage, ...] = (only_handled_messages_are_acknowledged,)
OF_A_DEAD_LETTER: tuple[OfMessage, ...] = (
    dead_letters_were_tried,
    retries_outlast_an_outage,
)
OF_AN_ORDER: tuple[OfOrder, ...] = (no_event_is_lost, no_message_is_lost)
