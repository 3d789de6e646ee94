"""Final states of a charge at Stripe, from a script where localstripe differs from Stripe."""

import pytest

from functions.payment.gateway import Cancelled, Captured, Declined, GatewayUnavailable
from tests.support.gateways import AMOUNT
from tests.support.scripted import (
    CANCEL,
    CONFIRM,
    MARK,
    REFERENCE,
    REFUND,
    REFUNDS,
    RETRIEVE,
    Script,
    ScriptedAnswer,
    gateway,
    intent,
    refund,
    refunds,
    refused,
)

READY = intent("requires_confirmation")
PAID = intent("succeeded", latest_charge="ch_1")
UNEXPECTED = refused(400, code="payment_intent_unexpected_state")


def marked(status: str, reason: str) -> ScriptedAnswer:
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
    begun: ScriptedAnswer, stuck: ScriptedAnswer | None, reason: str
) -> None:
    script = Script(
        (RETRIEVE, READY),
        (CONFIRM, begun),
        *([(RETRIEVE, stuck)] if stuck else []),
        (MARK, marked("requires_payment_method", reason)),
        (CANCEL, marked("canceled", reason)),
        (RETRIEVE, marked("canceled", reason)),
    )
    pays = gateway(script)

    assert [pays.confirm(REFERENCE) for _ in range(2)] == [Declined(reason=reason)] * 2
    mark = next(request for request in script.sent if request.name == MARK)
    assert mark.form == {"metadata[declined]": reason}
    assert not script.left


@pytest.mark.parametrize(
    "answer",
    [
        refused(400, code="payment_method_unexpected_state", param="payment_method"),
        refused(402, "card_error", code="expired_card"),
    ],
    ids=["not reusable", "an error without a change"],
)
def test_a_card_refused_without_an_attempt_is_declined_for_ever(
    answer: ScriptedAnswer,
) -> None:
    reason = answer[1]["error"]["code"] if isinstance(answer, tuple) else ""
    script = Script(
        (RETRIEVE, READY),
        (CONFIRM, answer),
        (RETRIEVE, READY),
        (MARK, marked("requires_confirmation", reason)),
        (CANCEL, marked("canceled", reason)),
    )

    assert gateway(script).confirm(REFERENCE) == Declined(reason=reason)
    mark = next(request for request in script.sent if request.name == MARK)
    assert mark.form == {"metadata[declined]": reason}


@pytest.mark.parametrize(
    "answers",
    [((RETRIEVE, READY), (CANCEL, intent("canceled"))), ((RETRIEVE, intent("canceled")),)],
    ids=["prepared", "cancelled"],
)
def test_an_uncharged_intent_refunds_nothing(
    answers: tuple[tuple[str, ScriptedAnswer], ...],
) -> None:
    script = Script(*answers)

    assert gateway(script).cancel(REFERENCE) is None
    assert not script.left


def test_a_refused_cancel_is_no_decline_whatever_its_code() -> None:
    no = refused(402, "card_error", code="expired_card")
    script = Script((RETRIEVE, READY), (CANCEL, no), (RETRIEVE, READY))

    with pytest.raises(GatewayUnavailable, match="expired_card"):
        gateway(script).cancel(REFERENCE)


def test_a_confirm_refused_for_another_reason_than_the_card_is_retried() -> None:
    script = Script(
        (RETRIEVE, READY), (CONFIRM, refused(400, code="account_invalid")), (RETRIEVE, READY)
    )

    with pytest.raises(GatewayUnavailable, match="account_invalid"):
        gateway(script).confirm(REFERENCE)


def test_a_cancel_between_a_decline_and_its_mark_leaves_a_decline() -> None:
    script = Script(
        (RETRIEVE, intent("canceled", latest_charge="ch_1")), (RETRIEVE, intent("canceled"))
    )
    pays = gateway(script)

    assert pays.confirm(REFERENCE) == Declined(reason="card_declined")
    assert pays.confirm(REFERENCE) == Cancelled()


@pytest.mark.parametrize("status", ["processing", "requires_capture", "a_future_status"])
def test_an_intent_in_progress_is_retried_later(status: str) -> None:
    for operation in ("confirm", "cancel"):
        with pytest.raises(GatewayUnavailable, match=f"is {status}"):
            getattr(gateway(Script((RETRIEVE, intent(status)))), operation)(REFERENCE)


def test_a_charge_in_progress_is_captured_in_the_end() -> None:
    script = Script((RETRIEVE, READY), (CONFIRM, intent("processing")), (RETRIEVE, PAID))
    pays = gateway(script)

    with pytest.raises(GatewayUnavailable):
        pays.confirm(REFERENCE)
    assert pays.confirm(REFERENCE) == Captured(amount=AMOUNT)


def test_a_confirm_between_the_retrieve_and_the_cancel_is_refunded() -> None:
    script = Script(
        (RETRIEVE, READY),
        (CANCEL, UNEXPECTED),
        (RETRIEVE, PAID),
        (REFUNDS, refunds()),
        (REFUND, (200, refund())),
    )

    assert gateway(script).cancel(REFERENCE) == AMOUNT
    assert script.sent[-1].form == {"payment_intent": REFERENCE, "amount": str(AMOUNT.amount)}


def test_a_concurrent_refund_counts_as_the_gateways_own() -> None:
    script = Script(
        (RETRIEVE, PAID),
        (REFUNDS, refunds()),
        (REFUND, refused(400, code="charge_already_refunded")),
    )

    assert gateway(script).cancel(REFERENCE) == AMOUNT


def test_a_manual_refund_is_not_repeated() -> None:
    script = Script(
        (RETRIEVE, PAID), (REFUNDS, refunds(refund(1000))), (REFUND, (200, refund(27890)))
    )

    assert gateway(script).cancel(REFERENCE) == AMOUNT
    assert script.sent[-1].form["amount"] == str(AMOUNT.amount - 1000)


def test_refunds_are_listed_by_intent_with_stripes_largest_limit() -> None:
    script = Script((RETRIEVE, PAID), (REFUNDS, refunds(refund())))
    gateway(script).cancel(REFERENCE)

    assert script.sent[-1].form == {"payment_intent": REFERENCE, "limit": "100"}


def test_the_last_cent_is_refunded_too() -> None:
    almost = refund(AMOUNT.amount - 1)
    script = Script((RETRIEVE, PAID), (REFUNDS, refunds(almost)), (REFUND, (200, refund(1))))
    gateway(script).cancel(REFERENCE)

    assert script.sent[-1].form["amount"] == "1"


def test_requests_that_saw_the_same_refunds_have_the_same_idempotency_key() -> None:
    def key(*seen: dict[str, object]) -> str:
        script = Script((RETRIEVE, PAID), (REFUNDS, refunds(*seen)), (REFUND, (200, refund())))
        gateway(script).cancel(REFERENCE)
        return script.sent[-1].headers["Idempotency-Key"]

    assert key() == key()
    assert key() != key(refund(status="failed"))


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_failed_refund_is_an_outage(status: str) -> None:
    script = Script((RETRIEVE, PAID), (REFUNDS, refunds()), (REFUND, (200, refund(status=status))))

    with pytest.raises(GatewayUnavailable, match=f"the refund of {REFERENCE} {status}"):
        gateway(script).cancel(REFERENCE)


def test_a_refused_refund_is_retried() -> None:
    script = Script(
        (RETRIEVE, PAID), (REFUNDS, refunds()), (REFUND, refused(400, code="charge_disputed"))
    )

    with pytest.raises(GatewayUnavailable, match="charge_disputed"):
        gateway(script).cancel(REFERENCE)
