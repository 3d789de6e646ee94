"""Stripe's answers as the port's results, from a script where localstripe does not give them."""

from typing import Any

import pytest
import stripe

from events.money import Money
from functions.payment.gateway import Captured, Declined, GatewayUnavailable
from functions.payment.service import SERVICE
from functions.payment.stripe.calls import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    RETRIES,
    TIME_LIMIT,
    StripeCalls,
)
from functions.runtime.handlers.consumer import START_WITHIN
from testkit.builders import ORDER
from tests.support.gateways import AMOUNT, FakeSecret, no_answer
from tests.support.scripted import (
    CONFIRM,
    CREATE,
    REFERENCE,
    RETRIEVE,
    Script,
    ScriptedAnswer,
    gateway,
    intent,
    refused,
)

READY = intent("requires_confirmation")
PAID = intent("succeeded", latest_charge="ch_1")


@pytest.mark.parametrize(
    "answer",
    [
        no_answer(),
        refused(429, code="rate_limit"),
        refused(429, code="lock_timeout"),
        refused(409, "idempotency_error"),
        refused(409, code="idempotency_key_in_use"),
        refused(500, "api_error"),
        refused(503, "api_error"),
        (502, {}),
        refused(400, "idempotency_error"),
    ],
    ids=[
        "lost",
        "rate",
        "lock",
        "conflict",
        "key in use",
        "500",
        "503",
        "502 without JSON",
        "other key",
    ],
)
def test_an_inconclusive_answer_raises_for_a_retry(answer: ScriptedAnswer) -> None:
    for operation, name in (
        (lambda on: gateway(on).prepare(ORDER, AMOUNT, "pm_1"), CREATE),
        (lambda on: gateway(on).confirm(REFERENCE), RETRIEVE),
        (lambda on: gateway(on).cancel(REFERENCE), RETRIEVE),
    ):
        script = Script(*[(name, answer)] * (RETRIES + 1))
        with pytest.raises(GatewayUnavailable):
            operation(script)
        assert {sent.name for sent in script.sent} == {name}


def test_a_lost_answer_is_retried_at_once_with_the_same_key() -> None:
    script = Script((RETRIEVE, READY), (CONFIRM, no_answer()), (CONFIRM, PAID))

    assert gateway(script).confirm(REFERENCE) == Captured(amount=AMOUNT)
    assert len({sent.headers["Idempotency-Key"] for sent in script.sent[1:]}) == 1


def test_a_charge_is_prepared_for_a_card_and_not_confirmed() -> None:
    script = Script((CREATE, READY))

    assert gateway(script).prepare(ORDER, AMOUNT, "pm_1") == REFERENCE
    assert script.sent[0].form == {
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
def test_amounts_are_converted_to_stripes_units(ours: Money, theirs: tuple[int, str]) -> None:
    amount, currency = theirs
    paid = intent("succeeded", amount=amount, currency=currency)
    script = Script((CREATE, READY), (RETRIEVE, paid))
    pays = gateway(script)

    answer = pays.confirm(pays.prepare(ORDER, ours, "pm_1"))
    assert answer == Captured(amount=ours)
    assert isinstance(answer, Captured)
    assert isinstance(answer.amount.amount, int)
    assert (script.sent[0].form["amount"], script.sent[0].form["currency"]) == (
        str(amount),
        currency,
    )


def test_an_unsupported_currency_is_declined_without_a_request() -> None:
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
        "not found",
        "bad card",
        "too little",
        "no such currency",
        "bad number",
        "no reason",
    ],
)
def test_a_charge_that_stripe_does_not_prepare_is_declined_for_ever(
    answer: ScriptedAnswer, reason: str
) -> None:
    pays = gateway(Script((CREATE, answer)))
    reference = pays.prepare(ORDER, AMOUNT, "pm_1")

    assert [pays.confirm(reference) for _ in range(2)] == [Declined(reason=reason)] * 2
    assert pays.cancel(reference) is None


def test_a_wrong_request_is_no_decline() -> None:
    for answer, message in (
        (refused(400, code="parameter_unknown", param="metadata"), " about metadata: parameter_un"),
        (refused(400, code="account_invalid"), ": account_invalid"),
        (refused(400), ": 400"),
    ):
        with pytest.raises(GatewayUnavailable, match=f"Stripe refused a request{message}"):
            gateway(Script((CREATE, answer))).prepare(ORDER, AMOUNT, "pm_1")


def test_an_unusable_answer_is_reported_with_its_kind_and_status() -> None:
    for answer, reason in (
        (refused(503, "api_error"), "APIError, HTTP 503"),
        (no_answer(), "APIConnectionError"),
    ):
        with pytest.raises(GatewayUnavailable) as unavailable:
            gateway(Script(*[(RETRIEVE, answer)] * (RETRIES + 1))).confirm(REFERENCE)
        assert str(unavailable.value) == f"Stripe gave no usable answer: {reason}"


def test_an_unknown_reference_points_to_the_key() -> None:
    with pytest.raises(LookupError, match=f"{REFERENCE}: is the key of another account"):
        gateway(Script((RETRIEVE, refused(404, code="resource_missing")))).confirm(REFERENCE)


def test_a_retrieve_refused_for_another_reason_is_retried() -> None:
    with pytest.raises(GatewayUnavailable, match="account_invalid"):
        gateway(Script((RETRIEVE, refused(400, code="account_invalid")))).confirm(REFERENCE)


@pytest.mark.parametrize(
    ("more", "host"),
    [({}, "api.stripe.com"), ({"base": "https://stripe.example"}, "stripe.example")],
    ids=["the real address", "another"],
)
def test_requests_go_to_the_configured_address(more: dict[str, Any], host: str) -> None:
    script = Script((RETRIEVE, PAID))
    gateway(script, **more).confirm(REFERENCE)

    assert script.sent[0].host == host


def test_the_library_writes_no_telemetry_to_the_home_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stripe, "enable_telemetry", True)
    StripeCalls(FakeSecret())

    assert stripe.enable_telemetry is False


def test_a_call_that_takes_too_long_is_left_for_the_next_delivery() -> None:
    now = 0.0

    def slow() -> float:
        nonlocal now
        now += TIME_LIMIT * 0.6
        return now

    script = Script((RETRIEVE, READY))

    with pytest.raises(GatewayUnavailable, match="too long"):
        gateway(script, monotonic=slow).confirm(REFERENCE)
    assert not script.left


def test_two_calls_of_the_last_begun_message_fit_the_functions_timeout() -> None:
    longest = (RETRIES + 1) * (CONNECT_TIMEOUT + READ_TIMEOUT) + RETRIES * Script.MAX_DELAY
    assert 2 * (TIME_LIMIT + longest) < (1 - START_WITHIN) * SERVICE.timeout


def test_the_real_http_client_has_the_timeouts() -> None:
    http = StripeCalls(FakeSecret())._http
    assert isinstance(http, stripe.RequestsClient)
    assert http._timeout == (CONNECT_TIMEOUT, READ_TIMEOUT)
