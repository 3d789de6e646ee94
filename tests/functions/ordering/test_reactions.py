"""Ordering's reaction: one outcome, decided from the stream in any delivery order."""

from itertools import permutations
from typing import Any

import pytest

from events.contracts.inventory import StockRejected, StockReserved
from events.contracts.ordering import OUTCOME, OrderCancelled, OrderConfirmed
from events.contracts.orders import OrderStalled
from events.contracts.payment import PaymentCaptured, PaymentDeclined, PaymentPrepared
from events.envelope import Event, Fact
from events.history import History
from events.money import Money
from functions.ordering.reactions import decide
from functions.ordering.service import EVENTS, SERVICE
from testkit.builders import placed, then
from testkit.run_reaction import run_reaction

TOTAL = Money(amount=28890, currency="EUR")
PREPARED = PaymentPrepared(reference="r")
PAID = PaymentCaptured(reference="r", amount=TOTAL)
DECLINED = PaymentDeclined(reference="r", reason="card_declined")
RESERVED = StockReserved(lines=())
REJECTED = StockRejected(skus=("DRUM",))
STALLED = OrderStalled(waited_seconds=3600)

CASES: list[tuple[str, tuple[Fact, ...], Fact | None]] = [
    ("paid only", (PAID,), None),
    ("reserved only", (RESERVED,), None),
    ("prepared and reserved", (PREPARED, RESERVED), None),
    ("paid and reserved", (PAID, RESERVED), OrderConfirmed()),
    ("declined", (DECLINED,), OrderCancelled(reason="payment-declined")),
    ("declined but reserved", (DECLINED, RESERVED), OrderCancelled(reason="payment-declined")),
    ("sold out", (REJECTED,), OrderCancelled(reason="out-of-stock")),
    ("sold out but paid", (PAID, REJECTED), OrderCancelled(reason="out-of-stock")),
    ("sold out and declined", (DECLINED, REJECTED), OrderCancelled(reason="out-of-stock")),
    ("stalled", (STALLED,), OrderCancelled(reason="stalled")),
    ("stalled while paid", (STALLED, PAID), OrderCancelled(reason="stalled")),
    ("stalled while reserved", (STALLED, RESERVED), OrderCancelled(reason="stalled")),
    ("stalled, but complete", (STALLED, PAID, RESERVED), OrderConfirmed()),
    ("stalled, but declined", (STALLED, DECLINED), OrderCancelled(reason="payment-declined")),
]


def stream(*facts: Fact) -> list[Event[Any]]:
    slots: dict[type[Fact], str] = {OrderStalled: "stalled/1"}
    return [then(placed(), fact, slot=slots.get(type(fact))) for fact in facts]


@pytest.mark.parametrize(
    ("facts", "outcome"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_any_event_in_any_order_leads_to_the_same_outcome(
    facts: tuple[Fact, ...], outcome: Fact | None
) -> None:
    for arrived in permutations(stream(*facts)):
        for event in arrived:
            decided = run_reaction(decide(event, History([placed(), *arrived]))).decided

            assert (decided.fact if decided else None) == outcome


@pytest.mark.parametrize("outcome", [OrderConfirmed(), OrderCancelled(reason="customer")])
@pytest.mark.parametrize("facts", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_an_outcome_is_decided_once(outcome: Fact, facts: tuple[Fact, ...]) -> None:
    events = stream(*facts)
    history = History([placed(), *events, then(placed(), outcome)])

    assert run_reaction(decide(events[0], history)).decided is None


def test_the_decision_fills_the_outcome_slot() -> None:
    events = stream(PAID, RESERVED)
    decided = run_reaction(decide(events[1], History([placed(), *events]))).decided

    assert decided is not None
    assert decided.slot == OUTCOME


def test_it_subscribes_to_every_event_that_can_decide_an_order() -> None:
    assert (
        {on.event for on in SERVICE.on}
        == set(EVENTS)
        == {
            PaymentCaptured,
            PaymentDeclined,
            StockReserved,
            StockRejected,
            OrderStalled,
        }
    )
