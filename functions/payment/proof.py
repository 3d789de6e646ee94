"""Proof of payment: the gateway's ledger and the log agree, and money moves once."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import count, pairwise
from typing import Any

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OUTCOME, OrderCancelled, OrderConfirmed
from events.contracts.payment import (
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
)
from events.envelope import Event
from functions.framework.ports import Resources
from functions.framework.proof import OfFact, Outside, Proof, Shop
from functions.payment.gateway import GatewayUnavailable
from functions.payment.sandbox import LEDGER, SandboxGateway

ALLOWED_STATES = {
    "prepared": ("captured", "declined", "cancelled"),
    "captured": ("captured", "refunded"),
}
"""The states that may follow each state of a gateway reference; a state without a row is final."""


def states(shop: Shop, order: str) -> Mapping[str, list[str]]:
    """Return the successive states of each of an order's references at the gateway."""
    return {
        key: [str(one.values["state"]) for one in versions]
        for key, versions in shop.versions(LEDGER, order).items()
    }


def charge(shop: Shop, order: str) -> int:
    """Return the customer's current net charge, in minor units."""
    return sum(
        int(versions[-1].values["amount"])
        for versions in shop.versions(LEDGER, order).values()
        if versions[-1].values["state"] == "captured"
    )


def payment_facts_match_the_gateway(shop: Shop, event: Event[Any]) -> bool:
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
    return states(shop, event.subject).get(reference, [""])[-1] in allowed


def refunds_never_exceed_captures(shop: Shop, event: Event[Any]) -> bool:
    """By the log, an order's refunds are never more than its captures."""
    history = shop.history(event.subject)
    captured = sum(e.data.amount.amount for e in history if isinstance(e.data, PaymentCaptured))
    refunded = sum(e.data.amount.amount for e in history if isinstance(e.data, PaymentRefunded))
    return refunded <= captured


def confirmed_is_paid(shop: Shop, event: Event[Any]) -> bool:
    """An order is confirmed only once it is charged, once and in full."""
    captured = shop.history(event.subject).find(PaymentCaptured)
    return captured is not None and charge(shop, event.subject) == captured.data.amount.amount


def only_one_reference_is_captured(shop: Shop, order: str) -> bool:
    """No order ever has two captured references, not even briefly."""
    return sum("captured" in life for life in states(shop, order).values()) <= 1


def a_reference_changes_only_as_allowed(shop: Shop, order: str) -> bool:
    """A reference is captured, declined or cancelled once, and refunded only after a capture."""
    return all(
        after == before or after in ALLOWED_STATES.get(before, ())
        for life in states(shop, order).values()
        for before, after in pairwise(life)
    )


def a_cancelled_order_stays_uncharged(shop: Shop, order: str) -> bool:
    """Once payment has handled an order's cancellation, its net charge is and stays zero."""
    if not shop.has_handled(f"{order}/{OUTCOME}"):
        return True
    return not shop.history(order).states(OrderCancelled) or charge(shop, order) == 0


def a_confirmed_order_stays_charged(shop: Shop, order: str) -> bool:
    """The charge of a confirmed order is never refunded."""
    history = shop.history(order)
    captured = history.find(PaymentCaptured)
    if captured is None or not history.states(OrderConfirmed):
        return True
    return charge(shop, order) == captured.data.amount.amount


def confirmed_is_charged_and_cancelled_is_not(shop: Shop, order: str) -> bool:
    """A confirmed order is charged in full at the end, and a cancelled one not at all."""
    history = shop.history(order)
    placed = history.find(OrderPlaced)
    if placed is not None and history.states(OrderConfirmed):
        return charge(shop, order) == placed.data.total.amount
    return not history.states(OrderCancelled) or charge(shop, order) == 0


def the_log_records_every_charge_and_refund(shop: Shop, order: str) -> bool:
    """The log has a charge or a refund if and only if the gateway made it."""
    history = shop.history(order)
    lives = states(shop, order).values()
    return any("captured" in life for life in lives) is history.states(PaymentCaptured) and any(
        "refunded" in life for life in lives
    ) is history.states(PaymentRefunded)


def describe(shop: Shop, order: str) -> Iterator[str]:
    """Yield the states that an order's references had at the gateway."""
    for reference, life in states(shop, order).items():
        yield f"At the gateway {reference} was {', then '.join(life)}."


def gateway(resources: Resources) -> SandboxGateway:
    """Return the sandbox, which numbers its references, so that a world can be repeated."""
    return SandboxGateway(resources.tables(LEDGER), partial(_reference, count(1)))


def _reference(numbers: "count[int]") -> str:
    return f"sbx_{next(numbers)}"


_AT_THE_GATEWAY: tuple[OfFact, ...] = (payment_facts_match_the_gateway,)

PROOF = Proof(
    outside=Outside(
        calls="gateway",
        build=gateway,
        error=GatewayUnavailable,
        reads=frozenset(),
        rare={"cancel": 3},
    ),
    order_of={LEDGER: lambda record: str(record.values["order"])},
    describe=describe,
    of_facts={
        OrderConfirmed: (confirmed_is_paid,),
        PaymentCaptured: _AT_THE_GATEWAY,
        PaymentDeclined: _AT_THE_GATEWAY,
        PaymentVoided: _AT_THE_GATEWAY,
        PaymentRefunded: (*_AT_THE_GATEWAY, refunds_never_exceed_captures),
    },
    of_records={
        LEDGER: (
            only_one_reference_is_captured,
            a_reference_changes_only_as_allowed,
            a_cancelled_order_stays_uncharged,
            a_confirmed_order_stays_charged,
        )
    },
    of_a_handled_event=(a_cancelled_order_stays_uncharged,),
    at_rest=(confirmed_is_charged_and_cancelled_is_not, the_log_records_every_charge_and_refund),
)
