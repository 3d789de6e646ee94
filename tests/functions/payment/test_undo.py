"""Undoing a payment: void first, then cancel what was recorded, and say what became of it."""

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
from functions.payment.reactions import undo
from tests.support.builders import then
from tests.support.paying import (
    CANCELLED,
    NEVER_TRIED,
    PREPARED,
    TOTAL,
    VOID,
    Gateway,
    history,
)
from tests.support.play import play


def test_undoing_voids_a_payment_that_never_began() -> None:
    gateway = Gateway()
    played = play(undo(CANCELLED, history(CANCELLED), gateway), NEVER_TRIED)

    assert (played.yielded, played.decided, gateway.asked) == ([VOID], None, [])


def test_undoing_cancels_a_payment_that_began_in_the_same_moment() -> None:
    gateway = Gateway()
    played = play(undo(CANCELLED, history(CANCELLED), gateway), PREPARED)

    assert gateway.asked == ["cancel ours"]
    assert played.decided == Fill(fact=PaymentVoided(reference="ours"), slot=CHARGE)


def test_undoing_voids_the_charge_and_states_no_refund_if_nothing_had_moved() -> None:
    gateway = Gateway()
    played = play(undo(CANCELLED, history(PREPARED, CANCELLED), gateway))

    assert gateway.asked == ["cancel ours"]
    assert played.yielded == []
    assert played.decided == Fill(fact=PaymentVoided(reference="ours"), slot=CHARGE)


REFUNDED = PaymentRefunded(reference="ours", amount=TOTAL)


def test_money_that_had_moved_is_refunded() -> None:
    gateway = Gateway(returns=TOTAL)
    captured = then(PREPARED, PaymentCaptured(reference="ours", amount=TOTAL))
    played = play(undo(CANCELLED, history(PREPARED, captured, CANCELLED), gateway))

    assert gateway.asked == ["cancel ours"]
    assert (played.yielded, played.decided) == ([], Fill(fact=REFUNDED, slot=REFUND))


def test_a_charge_that_nobody_lived_to_state_is_stated_before_its_refund() -> None:
    gateway = Gateway(returns=TOTAL)
    captured = PaymentCaptured(reference="ours", amount=TOTAL)
    played = play(undo(CANCELLED, history(PREPARED, CANCELLED), gateway), then(PREPARED, captured))

    assert gateway.asked == ["cancel ours"]
    assert played.yielded == [Fill(fact=captured, slot=CHARGE)]
    assert played.decided == Fill(fact=REFUNDED, slot=REFUND)


def test_what_was_refunded_is_not_cancelled_again() -> None:
    gateway = Gateway(returns=TOTAL)
    refunded = then(CANCELLED, PaymentRefunded(reference="ours", amount=TOTAL))
    played = play(undo(CANCELLED, history(PREPARED, CANCELLED, refunded), gateway))

    assert (played.yielded, played.decided, gateway.asked) == ([], None, [])


@pytest.mark.parametrize(
    "known",
    [
        (NEVER_TRIED,),
        (PREPARED, then(PREPARED, PaymentVoided(reference="ours"), slot=CHARGE)),
        (PREPARED, then(PREPARED, PaymentDeclined(reference="ours", reason="card_declined"))),
    ],
    ids=["never begun", "voided", "declined"],
)
def test_a_payment_that_moved_no_money_and_never_will_needs_no_undoing(
    known: tuple[Event[Fact], ...],
) -> None:
    gateway = Gateway()
    played = play(undo(CANCELLED, history(*known, CANCELLED), gateway))

    assert (played.yielded, played.decided, gateway.asked) == ([], None, [])
