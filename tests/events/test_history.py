"""An order's history does not depend on the order in which its events arrived."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.contracts.inventory import Reserved, StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import ATTEMPT, PaymentCaptured, PaymentPrepared
from events.contracts.shipping import DispatchScheduled
from events.history import History
from events.money import Money
from events.order import fold
from testkit.builders import NOW, history_of, placed, then

WHOLE = history_of(
    PaymentPrepared(reference="r"),
    PaymentCaptured(reference="r", amount=Money(amount=28890, currency="EUR")),
    StockReserved(lines=(Reserved(sku="TRUMPET-BB", quantity=1),)),
    OrderConfirmed(),
    DispatchScheduled(carrier="sandbox", reference="SBX1"),
)


@given(st.permutations(list(WHOLE)))
def test_in_any_order_of_arrival_history_and_fold_are_the_same(arrived: list) -> None:  # type: ignore[type-arg]  # events of all types
    assert History(arrived) == WHOLE
    assert fold(History(arrived)) == fold(WHOLE)


def test_events_are_sorted_by_sequence() -> None:
    assert [event.slot for event in WHOLE] == [
        "placed",
        "payment/attempt",
        "payment/charge",
        "inventory/reserve",
        "outcome",
        "shipping/dispatch",
    ]


def test_events_of_one_sequence_are_sorted_by_id() -> None:
    first = placed(now=NOW)
    paid, reserved = (
        then(first, fact) for fact in (PaymentPrepared(reference="r"), StockReserved(lines=()))
    )
    assert paid.sequence == reserved.sequence

    assert list(History([paid, reserved, first])) == [first, reserved, paid]


def test_at_returns_the_event_of_a_slot_or_none() -> None:
    attempt = WHOLE.at(ATTEMPT)

    assert attempt is not None
    assert attempt.data == PaymentPrepared(reference="r")
    assert WHOLE.at("inventory/release") is None


def test_find_returns_the_first_event_of_a_type_or_none() -> None:
    captured = WHOLE.find(PaymentCaptured)

    assert captured is not None
    assert captured.slot == "payment/charge"
    assert WHOLE.find(OrderCancelled) is None


@pytest.mark.parametrize(
    ("kinds", "stated"),
    [
        ((OrderConfirmed,), True),
        ((OrderCancelled,), False),
        ((OrderCancelled, OrderConfirmed), True),
        ((), False),
    ],
)
def test_a_history_states_any_of_the_given_types(kinds: tuple[type, ...], stated: bool) -> None:
    assert WHOLE.states(*kinds) is stated


def test_histories_of_different_events_differ() -> None:
    assert History(list(WHOLE)[:-1]) != WHOLE
    assert list(WHOLE) != WHOLE


def test_a_history_counts_its_facts() -> None:
    assert len(WHOLE) == 6
    assert len(History()) == 0
