"""Reversing a payment: void it first, then cancel its reference, and record the result."""

from unittest.mock import call

import pytest

from events.contracts.payment import (
    CHARGE,
    REFUND,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
)
from events.envelope import Event, Fact
from functions.framework.reaction import Fill
from functions.payment.reactions import void_or_refund
from testkit.builders import then
from testkit.run_reaction import run_reaction
from tests.support.paying import (
    CANCELLED,
    NEVER_TRIED,
    PREPARED,
    TOTAL,
    VOID,
    fake_gateway,
    history,
)


def test_a_payment_that_never_began_is_voided() -> None:
    gateway = fake_gateway()
    result = run_reaction(void_or_refund(CANCELLED, history(CANCELLED), gateway), NEVER_TRIED)

    assert (result.yielded, result.decided, gateway.mock_calls) == ([VOID], None, [])


def test_a_payment_that_began_concurrently_is_cancelled() -> None:
    gateway = fake_gateway()
    result = run_reaction(void_or_refund(CANCELLED, history(CANCELLED), gateway), PREPARED)

    assert gateway.mock_calls == [call.cancel("ours")]
    assert result.decided == Fill(fact=PaymentVoided(reference="ours"), slot=CHARGE)


def test_a_reference_without_a_charge_is_voided_and_records_no_refund() -> None:
    gateway = fake_gateway()
    result = run_reaction(void_or_refund(CANCELLED, history(PREPARED, CANCELLED), gateway))

    assert gateway.mock_calls == [call.cancel("ours")]
    assert result.yielded == []
    assert result.decided == Fill(fact=PaymentVoided(reference="ours"), slot=CHARGE)


REFUNDED = PaymentRefunded(reference="ours", amount=TOTAL)


def test_a_captured_payment_is_refunded() -> None:
    gateway = fake_gateway(returns=TOTAL)
    captured = then(PREPARED, PaymentCaptured(reference="ours", amount=TOTAL))
    result = run_reaction(
        void_or_refund(CANCELLED, history(PREPARED, captured, CANCELLED), gateway)
    )

    assert gateway.mock_calls == [call.cancel("ours")]
    assert (result.yielded, result.decided) == ([], Fill(fact=REFUNDED, slot=REFUND))


def test_a_charge_without_its_event_is_recorded_before_its_refund() -> None:
    gateway = fake_gateway(returns=TOTAL)
    captured = PaymentCaptured(reference="ours", amount=TOTAL)
    result = run_reaction(
        void_or_refund(CANCELLED, history(PREPARED, CANCELLED), gateway), then(PREPARED, captured)
    )

    assert gateway.mock_calls == [call.cancel("ours")]
    assert result.yielded == [Fill(fact=captured, slot=CHARGE)]
    assert result.decided == Fill(fact=REFUNDED, slot=REFUND)


def test_a_refunded_payment_is_not_cancelled_again() -> None:
    gateway = fake_gateway(returns=TOTAL)
    refunded = then(CANCELLED, PaymentRefunded(reference="ours", amount=TOTAL))
    result = run_reaction(
        void_or_refund(CANCELLED, history(PREPARED, CANCELLED, refunded), gateway)
    )

    assert (result.yielded, result.decided, gateway.mock_calls) == ([], None, [])


@pytest.mark.parametrize(
    "known",
    [
        (NEVER_TRIED,),
        (PREPARED, then(PREPARED, PaymentVoided(reference="ours"), slot=CHARGE)),
        (PREPARED, then(PREPARED, PaymentDeclined(reference="ours", reason="card_declined"))),
    ],
    ids=["never begun", "voided", "declined"],
)
def test_a_voided_or_declined_payment_needs_no_refund(
    known: tuple[Event[Fact], ...],
) -> None:
    gateway = fake_gateway()
    result = run_reaction(void_or_refund(CANCELLED, history(*known, CANCELLED), gateway))

    assert (result.yielded, result.decided, gateway.mock_calls) == ([], None, [])
