"""Invariants that hold at every moment: facts, money, stock, parcels and mails of an order.

Each is checked after every change that could break it. `delivery` has those of messages,
`read_models` those of read models, and `at_rest` those of a world at rest.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from events.contracts.email import CancellationSent, DispatchNoteSent, ReceiptSent
from events.contracts.inventory import RESERVE, StockReleased, StockReserved
from events.contracts.ordering import OUTCOME, OrderCancelled, OrderConfirmed
from events.contracts.payment import (
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
)
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event, Fact
from functions.framework.ports import Mail
from simulation.state import ShopState

type OfFact = Callable[[ShopState, Event[Any]], bool]
type OfOrder = Callable[[ShopState, str], bool]
type OfMail = Callable[[ShopState, Mail], bool]

ALLOWED_STATES = {
    "prepared": ("captured", "declined", "cancelled"),
    "captured": ("captured", "refunded"),
}
"""The states that may follow each state of a gateway reference; a state without a row is final."""


def a_filled_slot_never_changes(shop: ShopState, event: Event[Any]) -> bool:
    """A filled slot holds the same fact for ever."""
    return shop.first.setdefault(event.id, event) is event


def an_order_has_one_outcome(shop: ShopState, event: Event[Any]) -> bool:
    """An order is confirmed or cancelled, never both, and never twice."""
    outcomes = [
        one
        for one in shop.log.read(event.subject)
        if isinstance(one.data, OrderConfirmed | OrderCancelled)
    ]
    return len(outcomes) <= 1


def sequence_follows_causation(shop: ShopState, event: Event[Any]) -> bool:
    """An event's sequence is greater than that of the event that it reacts to."""
    if event.causationid is None:
        return True
    slot = event.causationid.removeprefix(f"{event.subject}/")
    cause = shop.log.read(event.subject).at(slot)
    return cause is not None and cause.sequence < event.sequence


def payment_facts_match_the_gateway(shop: ShopState, event: Event[Any]) -> bool:
    """The log has captured, declined, voided or refunded only after the gateway did so."""
    match event.data:
        case PaymentCaptured(reference=reference):
            allowed = {"captured", "refunded"}
        case PaymentDeclined(reference=reference):
            allowed = {"declined"}
        case PaymentRefunded(reference=reference):
            allowed = {"refunded"}
        case PaymentVoided(reference=str() as reference):
            allowed = {"cancelled", "declined"}
        case _:
            return True
    return shop.states(event.subject).get(reference, [""])[-1] in allowed


def refunds_never_exceed_captures(shop: ShopState, event: Event[Any]) -> bool:
    """By the log, an order's refunds are never more than its captures."""
    history = shop.log.read(event.subject)
    captured = sum(e.data.amount.amount for e in history if isinstance(e.data, PaymentCaptured))
    refunded = sum(e.data.amount.amount for e in history if isinstance(e.data, PaymentRefunded))
    return refunded <= captured


def confirmed_is_paid_and_reserved(shop: ShopState, event: Event[Any]) -> bool:
    """An order is confirmed only once it is charged, once and in full, and its stock reserved."""
    history = shop.log.read(event.subject)
    captured = history.find(PaymentCaptured)
    return (
        captured is not None
        and shop.charge(event.subject) == captured.data.amount.amount
        and history.states(StockReserved)
        and not history.states(StockReleased)
    )


def dispatched_is_confirmed(shop: ShopState, event: Event[Any]) -> bool:
    """Only a confirmed order is dispatched."""
    return shop.log.read(event.subject).states(OrderConfirmed)


def parcel_facts_match_the_carrier(shop: ShopState, event: Event[Any]) -> bool:
    """The log has a parcel only after the carrier booked it, under the same number."""
    parcel = shop.parcels.get(event.subject)
    return parcel is not None and parcel.values["tracking"] == event.data.reference


def mail_facts_match_the_mailbox(shop: ShopState, event: Event[Any]) -> bool:
    """The log has a mail only after it was sent."""
    return event.data.message_id in shop.mail_ids


def stock_is_returned_only_when_cancelled(shop: ShopState, event: Event[Any]) -> bool:
    """Stock is returned only for a cancelled order, and exactly what was reserved."""
    history = shop.log.read(event.subject)
    taken = history.at(RESERVE)
    return (
        history.states(OrderCancelled)
        and taken is not None
        and isinstance(taken.data, StockReserved)
        and taken.data.lines == event.data.lines
    )


def stock_is_conserved(shop: ShopState, event: Event[Any]) -> bool:
    """Available plus reserved pieces of a product equal its initial stock; none is below zero."""
    sign = 1 if isinstance(event.data, StockReserved) else -1
    for line in event.data.lines:
        shop.reserved[line.sku] += sign * line.quantity
    left = {sku: shop.available(sku) for sku in shop.initial}
    return all(
        left[sku] >= 0 and left[sku] + shop.reserved[sku] == pieces
        for sku, pieces in shop.initial.items()
    )


def only_one_reference_is_captured(shop: ShopState, order: str) -> bool:
    """No order ever has two captured references, not even briefly."""
    return sum("captured" in life for life in shop.states(order).values()) <= 1


def a_reference_changes_only_as_allowed(shop: ShopState, order: str) -> bool:
    """A reference is captured, declined or cancelled once, and refunded only after a capture."""
    return all(
        after == before or after in ALLOWED_STATES.get(before, ())
        for life in shop.states(order).values()
        for before, after in pairwise(life)
    )


def a_cancelled_order_stays_uncharged(shop: ShopState, order: str) -> bool:
    """Once payment has handled an order's cancellation, its net charge is and stays zero."""
    if ("payment", f"{order}/{OUTCOME}") not in shop.handled:
        return True
    return not shop.log.read(order).states(OrderCancelled) or shop.charge(order) == 0


def a_confirmed_order_stays_charged(shop: ShopState, order: str) -> bool:
    """The charge of a confirmed order is never refunded."""
    history = shop.log.read(order)
    captured = history.find(PaymentCaptured)
    if captured is None or not history.states(OrderConfirmed):
        return True
    return shop.charge(order) == captured.data.amount.amount


def a_parcel_is_booked_once(shop: ShopState, order: str) -> bool:
    """A parcel is booked once, for a confirmed order."""
    return shop.parcels_of(order) == 1 and shop.log.read(order).states(OrderConfirmed)


def no_mail_is_sent_twice(shop: ShopState, mail: Mail) -> bool:
    """A mail is sent twice only if a fault fell between sending and slot, or its worker froze."""
    return shop.mails[mail.to, mail.subject] <= 1 + shop.mail_faults[mail.subject]


OF_ANY_FACT: tuple[OfFact, ...] = (a_filled_slot_never_changes, sequence_follows_causation)
OF_SOME_FACTS: Mapping[type[Fact], tuple[OfFact, ...]] = {
    OrderConfirmed: (an_order_has_one_outcome, confirmed_is_paid_and_reserved),
    OrderCancelled: (an_order_has_one_outcome,),
    PaymentCaptured: (payment_facts_match_the_gateway,),
    PaymentDeclined: (payment_facts_match_the_gateway,),
    PaymentVoided: (payment_facts_match_the_gateway,),
    PaymentRefunded: (payment_facts_match_the_gateway, refunds_never_exceed_captures),
    StockReserved: (stock_is_conserved,),
    StockReleased: (stock_is_returned_only_when_cancelled, stock_is_conserved),
    DispatchScheduled: (dispatched_is_confirmed, parcel_facts_match_the_carrier),
    ReceiptSent: (mail_facts_match_the_mailbox,),
    DispatchNoteSent: (mail_facts_match_the_mailbox,),
    CancellationSent: (mail_facts_match_the_mailbox,),
}
"""The invariants to check when a fact of a type was appended, besides those of any fact."""

_OF_A_FACT = {kind: OF_ANY_FACT + more for kind, more in OF_SOME_FACTS.items()}

OF_THE_LEDGER: tuple[OfOrder, ...] = (
    only_one_reference_is_captured,
    a_reference_changes_only_as_allowed,
    a_cancelled_order_stays_uncharged,
    a_confirmed_order_stays_charged,
)
OF_THE_PARCELS: tuple[OfOrder, ...] = (a_parcel_is_booked_once,)
OF_A_MAIL: tuple[OfMail, ...] = (no_mail_is_sent_twice,)
OF_A_HANDLED_PAYMENT: tuple[OfOrder, ...] = (a_cancelled_order_stays_uncharged,)


def of_a_fact(event: Event[Any]) -> tuple[OfFact, ...]:
    """Return the invariants that a newly appended fact could break."""
    return _OF_A_FACT.get(type(event.data), OF_ANY_FACT)


def of_a_handled_event(consumer: str) -> tuple[OfOrder, ...]:
    """Return the invariants that could break after a consumer has handled an event."""
    return OF_A_HANDLED_PAYMENT if consumer == "payment" else ()
