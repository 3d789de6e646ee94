"""How a charge ends at Stripe: what localstripe does not do as Stripe does, from a script."""

import pytest

from functions.payment.gateway import Cancelled, Captured, Declined, GatewayUnavailable
from tests.support.gateways import AMOUNT
from tests.support.scripted import (
    CANCEL,
    CONFIRM,
    LOOK,
    MARK,
    REFERENCE,
    REFUND,
    REFUNDS,
    Answer,
    Script,
    gateway,
    intent,
    refund,
    refunds,
    refused,
)

READY = intent("requires_confirmation")
PAID = intent("succeeded", latest_charge="ch_1")
UNEXPECTED = refused(400, code="payment_intent_unexpected_state")


def marked(status: str, reason: str) -> Answer:
    return intent(status, metadata={"declined": reason})


DECLINE = refused(402, "card_error", code="card_declined", decline_code="insufficient_funds")
ERROR = {"code": "card_declined", "decline_code": "insufficient_funds"}


@pytest.mark.parametrize(
    ("begun", "stuck", "reason"),
    [
        (
            DECLINE,
            intent("requires_payment_method", last_payment_error=ERROR),
            "insufficient_funds",
        ),
        (DECLINE, intent("requires_payment_method"), "declined"),
        (intent("requires_action"), None, "authentication_required"),
    ],
    ids=["declined", "reason forgotten", "3-D Secure"],
)
def test_a_decline_is_marked_and_then_made_final(
    begun: Answer, stuck: Answer | None, reason: str
) -> None:
    script = Script(
        (LOOK, READY),
        (CONFIRM, begun),
        *([(LOOK, stuck)] if stuck else []),
        (MARK, marked("requires_payment_method", reason)),
        (CANCEL, marked("canceled", reason)),
        (LOOK, marked("canceled", reason)),
    )
    pays = gateway(script)

    assert [pays.confirm(REFERENCE) for _ in range(2)] == [Declined(reason=reason)] * 2
    mark = next(asked for asked in script.asked if asked.what == MARK)
    assert mark.form == {"metadata[declined]": reason}
    assert script.done()


@pytest.mark.parametrize(
    "answer",
    [
        refused(400, code="payment_method_unexpected_state", param="payment_method"),
        refused(402, "card_error", code="expired_card"),
    ],
    ids=["not to be used again", "an error without a change"],
)
def test_a_card_that_is_refused_without_an_attempt_is_declined_and_not_tried_again(
    answer: Answer,
) -> None:
    reason = answer[1]["error"]["code"] if isinstance(answer, tuple) else ""
    script = Script(
        (LOOK, READY),
        (CONFIRM, answer),
        (LOOK, READY),
        (MARK, marked("requires_confirmation", reason)),
        (CANCEL, marked("canceled", reason)),
    )

    assert gateway(script).confirm(REFERENCE) == Declined(reason=reason)
    mark = next(asked for asked in script.asked if asked.what == MARK)
    assert mark.form == {"metadata[declined]": reason}


@pytest.mark.parametrize(
    "script",
    [((LOOK, READY), (CANCEL, intent("canceled"))), ((LOOK, intent("canceled")),)],
    ids=["prepared", "cancelled"],
)
def test_what_was_never_charged_gives_nothing_back(script: tuple[tuple[str, Answer], ...]) -> None:
    played = Script(*script)

    assert gateway(played).cancel(REFERENCE) is None
    assert played.done()


def test_a_cancel_that_is_refused_declines_nothing_whatever_the_word_for_it() -> None:
    no = refused(402, "card_error", code="expired_card")
    script = Script((LOOK, READY), (CANCEL, no), (LOOK, READY))

    with pytest.raises(GatewayUnavailable, match="expired_card"):
        gateway(script).cancel(REFERENCE)


def test_a_confirm_that_is_refused_for_no_fault_of_the_cards_is_tried_again() -> None:
    script = Script((LOOK, READY), (CONFIRM, refused(400, code="account_invalid")), (LOOK, READY))

    with pytest.raises(GatewayUnavailable, match="account_invalid"):
        gateway(script).confirm(REFERENCE)


def test_a_cancel_between_a_decline_and_its_mark_leaves_a_decline() -> None:
    script = Script((LOOK, intent("canceled", latest_charge="ch_1")), (LOOK, intent("canceled")))
    pays = gateway(script)

    assert pays.confirm(REFERENCE) == Declined(reason="card_declined")
    assert pays.confirm(REFERENCE) == Cancelled()


@pytest.mark.parametrize("status", ["processing", "requires_capture", "a_word_of_tomorrow"])
def test_what_is_under_way_is_asked_for_again_later(status: str) -> None:
    for ask in ("confirm", "cancel"):
        with pytest.raises(GatewayUnavailable, match=f"is {status}"):
            getattr(gateway(Script((LOOK, intent(status)))), ask)(REFERENCE)


def test_a_charge_that_was_under_way_is_captured_in_the_end() -> None:
    script = Script((LOOK, READY), (CONFIRM, intent("processing")), (LOOK, PAID))
    pays = gateway(script)

    with pytest.raises(GatewayUnavailable):
        pays.confirm(REFERENCE)
    assert pays.confirm(REFERENCE) == Captured(amount=AMOUNT)


def test_a_confirm_that_comes_between_the_look_and_the_cancel_is_refunded() -> None:
    script = Script(
        (LOOK, READY),
        (CANCEL, UNEXPECTED),
        (LOOK, PAID),
        (REFUNDS, refunds()),
        (REFUND, (200, refund())),
    )

    assert gateway(script).cancel(REFERENCE) == AMOUNT
    assert script.asked[-1].form == {"payment_intent": REFERENCE, "amount": str(AMOUNT.amount)}


def test_a_refund_that_comes_between_the_look_and_ours_counts_as_ours() -> None:
    script = Script(
        (LOOK, PAID), (REFUNDS, refunds()), (REFUND, refused(400, code="charge_already_refunded"))
    )

    assert gateway(script).cancel(REFERENCE) == AMOUNT


def test_what_somebody_gave_back_by_hand_is_not_given_back_again() -> None:
    script = Script((LOOK, PAID), (REFUNDS, refunds(refund(1000))), (REFUND, (200, refund(27890))))

    assert gateway(script).cancel(REFERENCE) == AMOUNT
    assert script.asked[-1].form["amount"] == str(AMOUNT.amount - 1000)


def test_what_was_given_back_is_asked_for_by_the_charge_and_as_much_as_stripe_lists_at_once() -> (
    None
):
    script = Script((LOOK, PAID), (REFUNDS, refunds(refund())))
    gateway(script).cancel(REFERENCE)

    assert script.asked[-1].form == {"payment_intent": REFERENCE, "limit": "100"}


def test_the_last_cent_is_given_back_as_well() -> None:
    almost = refund(AMOUNT.amount - 1)
    script = Script((LOOK, PAID), (REFUNDS, refunds(almost)), (REFUND, (200, refund(1))))
    gateway(script).cancel(REFERENCE)

    assert script.asked[-1].form["amount"] == "1"


def test_a_refund_is_asked_for_under_one_key_by_all_who_saw_the_same() -> None:
    def key(*seen: dict[str, object]) -> str:
        script = Script((LOOK, PAID), (REFUNDS, refunds(*seen)), (REFUND, (200, refund())))
        gateway(script).cancel(REFERENCE)
        return script.asked[-1].headers["Idempotency-Key"]

    assert key() == key()
    assert key() != key(refund(status="failed"))


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_refund_that_failed_gave_nothing_back(status: str) -> None:
    script = Script((LOOK, PAID), (REFUNDS, refunds()), (REFUND, (200, refund(status=status))))

    with pytest.raises(GatewayUnavailable, match=f"the refund of {REFERENCE} {status}"):
        gateway(script).cancel(REFERENCE)


def test_a_refund_that_is_refused_is_tried_again() -> None:
    script = Script(
        (LOOK, PAID), (REFUNDS, refunds()), (REFUND, refused(400, code="charge_disputed"))
    )

    with pytest.raises(GatewayUnavailable, match="charge_disputed"):
        gateway(script).cancel(REFERENCE)
