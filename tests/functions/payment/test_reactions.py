"""Payment's rules: a reference is recorded before money moves, and undoing tries to void first."""

import pytest

from events.envelope import Event, Fact
from events.history import History
from events.money import Money
from events.ordering import OrderCancelled
from events.payment import (
    ATTEMPT,
    CHARGE,
    REFUND,
    PaymentCaptured,
    PaymentDeclined,
    PaymentPrepared,
    PaymentRefunded,
    PaymentVoided,
)
from functions.payment.gateway import (
    Cancelled,
    Captured,
    Confirmation,
    Declined,
    GatewayUnavailable,
)
from functions.payment.reactions import charge, undo
from functions.runtime.service import Fill
from tests.builders import ORDER, order_placed, placed, then
from tests.functions.play import play

PLACED = placed()
TOTAL = order_placed().total
PREPARED = then(PLACED, PaymentPrepared(reference="ours"))
THEIRS = then(PLACED, PaymentPrepared(reference="theirs"))
NEVER_TRIED = then(PLACED, PaymentVoided(), slot=ATTEMPT)
CANCELLED = then(PLACED, OrderCancelled(reason="customer"))
CAPTURED = Captured(amount=TOTAL)
VOID = Fill(fact=PaymentVoided(), slot=ATTEMPT)


class Gateway:
    """A gateway that notes what it is asked, and answers as told."""

    def __init__(
        self,
        *,
        confirms: Confirmation | Exception = CAPTURED,
        returns: Money | None = None,
    ) -> None:
        self._confirms = confirms
        self._returns = returns
        self.asked: list[str] = []

    def prepare(self, order: str, amount: Money, token: str) -> str:
        assert (order, amount, token) == (ORDER, TOTAL, "tok_success")
        self.asked.append("prepare")
        return "ours"

    def confirm(self, reference: str) -> Confirmation:
        self.asked.append(f"confirm {reference}")
        if isinstance(self._confirms, Exception):
            raise self._confirms
        return self._confirms

    def cancel(self, reference: str) -> Money | None:
        self.asked.append(f"cancel {reference}")
        return self._returns


def history(*events: Event[Fact]) -> History:
    return History([PLACED, *events])


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


def test_a_payment_that_the_gateway_cancelled_in_the_same_moment_is_voided() -> None:
    gateway = Gateway(confirms=Cancelled())
    played = play(charge(PLACED, history(PREPARED), gateway))

    assert played.decided == Fill(fact=PaymentVoided(reference="ours"), slot=CHARGE)


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
