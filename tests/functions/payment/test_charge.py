"""Charging: a reference is recorded first, and money moves only through it."""

from unittest.mock import call

import pytest

from events.contracts.payment import (
    ATTEMPT,
    CHARGE,
    PaymentCaptured,
    PaymentDeclined,
    PaymentPrepared,
    PaymentVoided,
)
from events.envelope import Event, Fact
from functions.framework.reaction import Fill
from functions.payment.gateway import (
    Cancelled,
    Captured,
    Confirmation,
    Declined,
    GatewayUnavailable,
)
from functions.payment.reactions import charge
from testkit.builders import then
from testkit.run_reaction import run_reaction
from tests.support.paying import (
    CANCELLED,
    NEVER_TRIED,
    PLACED,
    PREPARE,
    PREPARED,
    THEIRS,
    TOTAL,
    VOID,
    fake_gateway,
    history,
)


def captured(reference: str = "ours") -> Fill:
    return Fill(fact=PaymentCaptured(reference=reference, amount=TOTAL), slot=CHARGE)


def test_a_reference_is_recorded_and_then_confirmed() -> None:
    gateway = fake_gateway()
    result = run_reaction(charge(PLACED, history(), gateway), PREPARED)

    assert result.yielded == [Fill(fact=PaymentPrepared(reference="ours"), slot=ATTEMPT)]
    assert result.decided == captured()
    assert gateway.mock_calls == [PREPARE, call.confirm("ours")]


def test_before_the_reference_is_recorded_nothing_is_confirmed() -> None:
    gateway = fake_gateway()
    steps = charge(PLACED, history(), gateway)
    next(steps)

    assert gateway.mock_calls == [PREPARE]


def test_only_the_reference_that_won_the_slot_is_confirmed() -> None:
    gateway = fake_gateway()
    result = run_reaction(charge(PLACED, history(), gateway), THEIRS)

    assert result.decided == captured("theirs")
    assert gateway.mock_calls == [PREPARE, call.confirm("theirs")]


def test_a_recorded_reference_is_confirmed_without_preparing_another() -> None:
    gateway = fake_gateway()
    result = run_reaction(charge(PLACED, history(PREPARED), gateway))

    assert (result.yielded, result.decided) == ([], captured())
    assert gateway.mock_calls == [call.confirm("ours")]


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        (Captured(amount=TOTAL), PaymentCaptured(reference="ours", amount=TOTAL)),
        (
            Declined(reason="card_declined"),
            PaymentDeclined(reference="ours", reason="card_declined"),
        ),
        (Cancelled(), PaymentVoided(reference="ours")),
    ],
    ids=["captured", "declined", "cancelled"],
)
def test_the_gateways_answer_is_recorded(answer: Confirmation, fact: Fact) -> None:
    result = run_reaction(charge(PLACED, history(PREPARED), fake_gateway(confirms=answer)))

    assert result.decided == Fill(fact=fact, slot=CHARGE)


def test_a_gateway_that_does_not_answer_leaves_the_charge_open() -> None:
    gateway = fake_gateway(confirms=GatewayUnavailable())

    with pytest.raises(GatewayUnavailable):
        run_reaction(charge(PLACED, history(PREPARED), gateway))


@pytest.mark.parametrize(
    "held",
    [
        then(PREPARED, PaymentCaptured(reference="ours", amount=TOTAL)),
        then(PREPARED, PaymentDeclined(reference="ours", reason="card_declined")),
        then(PREPARED, PaymentVoided(reference="ours"), slot=CHARGE),
    ],
    ids=lambda event: event.type,
)
def test_a_decided_charge_calls_the_gateway_no_more(held: Event[Fact]) -> None:
    gateway = fake_gateway()
    result = run_reaction(charge(PLACED, history(PREPARED, held), gateway))

    assert (result.yielded, result.decided, gateway.mock_calls) == ([], None, [])


def test_a_voided_payment_is_not_begun() -> None:
    gateway = fake_gateway()
    result = run_reaction(charge(PLACED, history(CANCELLED, NEVER_TRIED), gateway))

    assert (result.decided, gateway.mock_calls) == (None, [])


def test_a_concurrently_voided_payment_is_not_confirmed() -> None:
    gateway = fake_gateway()
    result = run_reaction(charge(PLACED, history(), gateway), NEVER_TRIED)

    assert (result.decided, gateway.mock_calls) == (None, [PREPARE])


def test_a_cancelled_order_begins_no_payment() -> None:
    gateway = fake_gateway()
    result = run_reaction(charge(PLACED, history(CANCELLED), gateway))

    assert (result.yielded, result.decided, gateway.mock_calls) == ([], VOID, [])


def test_a_prepared_payment_of_a_cancelled_order_is_left_to_the_refund() -> None:
    gateway = fake_gateway()
    result = run_reaction(charge(PLACED, history(PREPARED, CANCELLED), gateway))

    assert (result.yielded, result.decided, gateway.mock_calls) == ([], None, [])
