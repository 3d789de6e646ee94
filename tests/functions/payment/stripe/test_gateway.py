"""Stripe's answers in the port's words: those that localstripe does not give, from a script."""

from typing import Any

import pytest
import stripe

from events.money import Money
from functions.payment.gateway import Captured, Declined, GatewayUnavailable
from functions.payment.service import SERVICE
from functions.payment.stripe.calls import (
    CONNECT_TIMEOUT,
    PATIENCE,
    READ_TIMEOUT,
    RETRIES,
    StripeCalls,
)
from functions.runtime.handlers.consumer import BEGUN_WITHIN
from tests.support.builders import ORDER
from tests.support.gateways import AMOUNT, Vault, nothing_heard
from tests.support.scripted import (
    CONFIRM,
    CREATE,
    LOOK,
    REFERENCE,
    Answer,
    Script,
    gateway,
    intent,
    refused,
)

READY = intent("requires_confirmation")
PAID = intent("succeeded", latest_charge="ch_1")


@pytest.mark.parametrize(
    "answer",
    [
        nothing_heard(),
        refused(429, code="rate_limit"),
        refused(429, code="lock_timeout"),
        refused(409, "idempotency_error"),
        refused(500, "api_error"),
        refused(503, "api_error"),
        (502, {}),
        refused(400, "idempotency_error"),
    ],
    ids=["lost", "rate", "lock", "conflict", "500", "503", "502, no JSON of theirs", "other key"],
)
def test_an_answer_that_decides_nothing_means_try_again(answer: Answer) -> None:
    for ask, what in (
        (lambda on: gateway(on).prepare(ORDER, AMOUNT, "pm_1"), CREATE),
        (lambda on: gateway(on).confirm(REFERENCE), LOOK),
        (lambda on: gateway(on).cancel(REFERENCE), LOOK),
    ):
        script = Script(*[(what, answer)] * (RETRIES + 1))
        with pytest.raises(GatewayUnavailable):
            ask(script)
        assert set(script.what) == {what}


def test_a_lost_answer_is_asked_for_again_at_once_with_the_same_key() -> None:
    script = Script((LOOK, READY), (CONFIRM, nothing_heard()), (CONFIRM, PAID))

    assert gateway(script).confirm(REFERENCE) == Captured(amount=AMOUNT)
    assert len({asked.headers["Idempotency-Key"] for asked in script.asked[1:]}) == 1


def test_a_charge_is_prepared_for_a_card_and_not_confirmed() -> None:
    script = Script((CREATE, READY))

    assert gateway(script).prepare(ORDER, AMOUNT, "pm_1") == REFERENCE
    assert script.asked[0].form == {
        "amount": str(AMOUNT.amount),
        "currency": "eur",
        "payment_method": "pm_1",
        "allowed_payment_method_types[0]": "card",
        "capture_method": "automatic",
        "metadata[order]": ORDER,
        "metadata[token]": "pm_1",
    }


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Money(amount=500, currency="JPY"), (500, "jpy")),
        (Money(amount=5, currency="ISK"), (500, "isk")),
        (Money(amount=5000, currency="UGX"), (500_000, "ugx")),
        (Money(amount=5120, currency="KWD"), (5120, "kwd")),
    ],
    ids=lambda value: value.currency if isinstance(value, Money) else "",
)
def test_amounts_are_told_as_stripe_counts_them(ours: Money, theirs: tuple[int, str]) -> None:
    amount, currency = theirs
    paid = intent("succeeded", amount=amount, currency=currency)
    script = Script((CREATE, READY), (LOOK, paid))
    pays = gateway(script)

    answer = pays.confirm(pays.prepare(ORDER, ours, "pm_1"))
    assert answer == Captured(amount=ours)
    assert isinstance(answer, Captured)
    assert isinstance(answer.amount.amount, int)
    assert (script.asked[0].form["amount"], script.asked[0].form["currency"]) == (
        str(amount),
        currency,
    )


def test_a_currency_of_which_stripe_takes_no_fractions_is_declined_unasked() -> None:
    pays = gateway(Script())
    reference = pays.prepare(ORDER, Money(amount=500, currency="MGA"), "pm_1")

    assert pays.confirm(reference) == Declined(reason="currency_not_supported")
    assert pays.cancel(reference) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refused(400, code="resource_missing", param="payment_method"), "unknown_token"),
        (refused(404, code="resource_missing", param="payment_method"), "unknown_token"),
        (refused(400, param="payment_method"), "invalid_token"),
        (refused(400, code="amount_too_small", param="amount"), "amount_too_small"),
        (refused(400, param="currency"), "invalid_currency"),
        (refused(402, "card_error", code="incorrect_number"), "incorrect_number"),
        (refused(402, "card_error"), "card_declined"),
    ],
    ids=[
        "no such card",
        "nor found",
        "bad card",
        "too little",
        "no such money",
        "bad number",
        "why?",
    ],
)
def test_what_stripe_will_not_even_prepare_is_declined_for_ever(
    answer: Answer, reason: str
) -> None:
    pays = gateway(Script((CREATE, answer)))
    reference = pays.prepare(ORDER, AMOUNT, "pm_1")

    assert [pays.confirm(reference) for _ in range(2)] == [Declined(reason=reason)] * 2
    assert pays.cancel(reference) is None


def test_a_request_that_is_wrong_in_itself_blames_no_order() -> None:
    for answer, says in (
        (refused(400, code="parameter_unknown", param="metadata"), " about metadata: parameter_un"),
        (refused(400, code="account_invalid"), ": account_invalid"),
        (refused(400), ": 400"),
    ):
        with pytest.raises(GatewayUnavailable, match=f"Stripe refused a request{says}"):
            gateway(Script((CREATE, answer))).prepare(ORDER, AMOUNT, "pm_1")


def test_an_answer_of_no_use_is_told_by_its_status_and_kind() -> None:
    for answer, says in (
        (refused(503, "api_error"), "Stripe did not answer with 503 (APIError), or not with an"),
        (nothing_heard(), "Stripe did not answer (APIConnectionError), or not with an"),
    ):
        with pytest.raises(GatewayUnavailable) as unavailable:
            gateway(Script(*[(LOOK, answer)] * (RETRIES + 1))).confirm(REFERENCE)
        assert str(unavailable.value) == f"{says} answer"


def test_a_reference_that_stripe_does_not_know_asks_whose_key_it_is() -> None:
    with pytest.raises(LookupError, match=f"{REFERENCE}: is the key another account's"):
        gateway(Script((LOOK, refused(404, code="resource_missing")))).confirm(REFERENCE)


def test_a_look_that_is_refused_for_another_reason_is_tried_again() -> None:
    with pytest.raises(GatewayUnavailable, match="account_invalid"):
        gateway(Script((LOOK, refused(400, code="account_invalid")))).confirm(REFERENCE)


@pytest.mark.parametrize(
    ("more", "host"),
    [({}, "api.stripe.com"), ({"base": "https://stripe.example"}, "stripe.example")],
    ids=["the real one", "another"],
)
def test_stripe_is_asked_where_it_is(more: dict[str, Any], host: str) -> None:
    script = Script((LOOK, PAID))
    gateway(script, **more).confirm(REFERENCE)

    assert script.asked[0].host == host


def test_the_library_keeps_no_record_in_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe, "enable_telemetry", True)
    StripeCalls(Vault())

    assert stripe.enable_telemetry is False


def test_a_call_that_takes_too_long_is_left_for_the_next_delivery() -> None:
    now = 0.0

    def slow() -> float:
        nonlocal now
        now += PATIENCE * 0.6
        return now

    script = Script((LOOK, READY))

    with pytest.raises(GatewayUnavailable, match="too long"):
        gateway(script, monotonic=slow).confirm(REFERENCE)
    assert script.done()


def test_the_two_calls_of_the_message_that_was_begun_last_end_before_their_function_does() -> None:
    longest = (RETRIES + 1) * (CONNECT_TIMEOUT + READ_TIMEOUT) + RETRIES * Script.MAX_DELAY
    assert 2 * (PATIENCE + longest) < (1 - BEGUN_WITHIN) * SERVICE.timeout


def test_the_bounds_are_those_of_the_way_to_the_real_stripe() -> None:
    http = StripeCalls(Vault())._http
    assert isinstance(http, stripe.RequestsClient)
    assert http._timeout == (CONNECT_TIMEOUT, READ_TIMEOUT)
