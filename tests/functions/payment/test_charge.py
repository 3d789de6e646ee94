"""Charging: a reference is recorded before money moves, and only through it."""

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
from tests.support.builders import then
from tests.support.paying import (
    CANCELLED,
    NEVER_TRIED,
    PLACED,
    PREPARED,
    THEIRS,
    TOTAL,
    VOID,
    Gateway,
    history,
)
from tests.support.play import play


def captured(reference: str = "ours") -> Fill:
    return Fill(fact=PaymentCaptured(reference=reference, amount=TOTAL), slot=CHARGE)


def test_a_reference_is_recorded_and_then_confirmed() -> None:
    gateway = Gateway()
    played = play(charge(PLACED, history(), gateway), PREPARED)

    assert played.yielded == [Fill(fact=PaymentPrepared(reference="ours"), slot=ATTEMPT)]
    assert played.decided == captured()
    assert gateway.asked == ["prepare", "confirm ours"]


def test_before_the_reference_is_recorded_nothing_is_confirmed() -> None:
    gateway = Gateway()
    steps = charge(PLACED, history(), gateway)
    next(steps)

    assert gateway.asked == ["prepare"]


def test_only_the_reference_that_won_the_slot_is_confirmed() -> None:
    gateway = Gateway()
    played = play(charge(PLACED, history(), gateway), THEIRS)

    assert played.decided == captured("theirs")
    assert gateway.asked == ["prepare", "confirm theirs"]


def test_a_recorded_reference_is_confirmed_without_preparing_another() -> None:
    gateway = Gateway()
    played = play(charge(PLACED, history(PREPARED), gateway))

    assert (played.yielded, played.decided) == ([], captured())
    assert gateway.asked == ["confirm ours"]


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
def test_what_the_gateway_answers_is_stated(answer: Confirmation, fact: Fact) -> None:
    played = play(charge(PLACED, history(PREPARED), Gateway(confirms=answer)))

    assert played.decided == Fill(fact=fact, slot=CHARGE)


def test_a_gateway_that_does_not_answer_leaves_the_charge_open() -> None:
    gateway = Gateway(confirms=GatewayUnavailable())

    with pytest.raises(GatewayUnavailable):
        play(charge(PLACED, history(PREPARED), gateway))


@pytest.mark.parametrize(
    "held",
    [
        then(PREPARED, PaymentCaptured(reference="ours", amount=TOTAL)),
        then(PREPARED, PaymentDeclined(reference="ours", reason="card_declined")),
        then(PREPARED, PaymentVoided(reference="ours"), slot=CHARGE),
    ],
    ids=lambda event: event.type,
)
def test_a_charge_that_was_decided_is_not_asked_again(held: Event[Fact]) -> None:
    gateway = Gateway()
    played = play(charge(PLACED, history(PREPARED, held), gateway))

    assert (played.yielded, played.decided, gateway.asked) == ([], None, [])


def test_a_payment_that_was_voided_is_not_begun() -> None:
    gateway = Gateway()
    played = play(charge(PLACED, history(CANCELLED, NEVER_TRIED), gateway))

    assert (played.decided, gateway.asked) == (None, [])


def test_a_payment_that_is_voided_in_the_same_moment_is_not_confirmed() -> None:
    gateway = Gateway()
    played = play(charge(PLACED, history(), gateway), NEVER_TRIED)

    assert (played.decided, gateway.asked) == (None, ["prepare"])


def test_of_an_order_that_was_cancelled_no_payment_is_begun() -> None:
    gateway = Gateway()
    played = play(charge(PLACED, history(CANCELLED), gateway))

    assert (played.yielded, played.decided, gateway.asked) == ([], VOID, [])


def test_a_payment_that_had_begun_when_the_order_was_cancelled_is_left_to_its_undoing() -> None:
    gateway = Gateway()
    played = play(charge(PLACED, history(PREPARED, CANCELLED), gateway))

    assert (played.yielded, played.decided, gateway.asked) == ([], None, [])
