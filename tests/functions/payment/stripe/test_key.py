"""The Stripe key: missing, wrong, revoked, replaced; errors instruct and never quote the key."""

import logging
import os
import traceback
from collections.abc import Callable
from dataclasses import replace

import pytest
import requests
import stripe

from functions.framework.ports import SecretUnavailable
from functions.payment.gateway import Captured, Gateway, GatewayUnavailable
from functions.payment.stripe.adapter import stripe_gateway
from functions.payment.stripe.calls import StripeCalls
from functions.payment.stripe.gateway import StripeGateway
from functions.payment.stripe.key import KeyMissing, KeyRefused
from testkit.builders import ORDER, resources
from tests.support.gateways import AMOUNT, KEY, FakeSecret
from tests.support.scripted import (
    CREATE,
    REFERENCE,
    RETRIEVE,
    Script,
    ScriptedAnswer,
    gateway,
    intent,
    refused,
)

PAID = intent("succeeded")
NEW = "rk_live_51NewKeyNewKeyNewKey"
WRONG = refused(401, message=f"Invalid API Key provided: sk_test_****{KEY[-4:]}")
FORBIDDEN = refused(403, message=f"The key 'sk_test_****{KEY[-4:]}' may not do this.")
OTHER = refused(
    404,
    code="resource_missing",
    param="payment_method",
    message="No such PaymentMethod: 'pm_1'; a similar object exists in test mode, but a live mode"
    " key was used to make this request.",
)
OPERATIONS: tuple[Callable[[Gateway], object], ...] = (
    lambda pays: pays.prepare(ORDER, AMOUNT, "pm_1"),
    lambda pays: pays.confirm(REFERENCE),
    lambda pays: pays.cancel(REFERENCE),
)


def error_text(error: BaseException) -> str:
    """Return all text of an error and of its causes."""
    texts = traceback.format_exception(error)
    while True:
        texts += [repr(error), str(vars(error))]
        following = error.__cause__ or error.__context__
        if following is None:
            return "\n".join(texts)
        error = following


def test_the_key_is_read_at_the_first_call() -> None:
    secret = FakeSecret()
    pays = gateway(Script((RETRIEVE, PAID), (RETRIEVE, PAID)), secret)
    assert secret.reads == 0

    pays.confirm(REFERENCE)
    pays.confirm(REFERENCE)
    assert secret.reads == 1


def test_a_replaced_key_is_read_again_and_used_from_then_on() -> None:
    secret = FakeSecret()
    script = Script((RETRIEVE, PAID), (RETRIEVE, WRONG), (RETRIEVE, PAID), (RETRIEVE, PAID))
    pays = gateway(script, secret)
    pays.confirm(REFERENCE)
    secret.stored = NEW

    assert [pays.confirm(REFERENCE) for _ in range(2)] == [Captured(amount=AMOUNT)] * 2
    keys = [sent.headers["Authorization"] for sent in script.sent]
    assert keys == [f"Bearer {KEY}"] * 2 + [f"Bearer {NEW}"] * 2
    assert secret.reads == 2


@pytest.mark.parametrize("operation", OPERATIONS, ids=["prepare", "confirm", "cancel"])
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (WRONG, "is wrong, or was revoked"),
        (FORBIDDEN, "must be allowed to write PaymentIntents"),
        (OTHER, "is of Stripe's other mode"),
    ],
    ids=["wrong or revoked", "restricted", "test for live"],
)
def test_the_error_of_a_refused_key_has_instructions_and_not_the_key(
    operation: Callable[[Gateway], object], answer: ScriptedAnswer, message: str
) -> None:
    what = CREATE if operation is OPERATIONS[0] else RETRIEVE
    script = Script((what, answer))  # the key that is stored is the same: it is not tried again
    with pytest.raises(KeyRefused, match=message) as refusal:
        operation(gateway(script, FakeSecret()))

    assert "aws secretsmanager put-secret-value" in str(refusal.value)
    assert KEY not in error_text(refusal.value)
    assert KEY[-4:] not in error_text(refusal.value)


def test_a_replaced_key_that_is_wrong_is_refused_too() -> None:
    secret = FakeSecret()
    script = Script((RETRIEVE, PAID), (RETRIEVE, WRONG), (RETRIEVE, WRONG))
    pays = gateway(script, secret)
    pays.confirm(REFERENCE)
    secret.stored = NEW

    with pytest.raises(KeyRefused):
        pays.confirm(REFERENCE)


@pytest.mark.parametrize("operation", OPERATIONS, ids=["prepare", "confirm", "cancel"])
def test_the_error_of_a_missing_key_names_the_secret(
    operation: Callable[[Gateway], object],
) -> None:
    secret = FakeSecret(
        SecretUnavailable("The secret fanfare-dev-payment does not exist. Write it.")
    )

    with pytest.raises(KeyMissing) as missing:
        operation(gateway(Script(), secret))
    assert str(missing.value) == (
        "There is no Stripe key. The secret fanfare-dev-payment does not exist. Write it."
    )


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        ("pk_live_51Public", "holds a publishable key, with which nothing can be charged"),
        (f'{{"key":"{KEY}"}}', "holds JSON, not the key alone"),
        (f'"{KEY}"', "holds JSON, not the key alone"),
        (f"Bearer {KEY}", "holds no key of Stripe's, which begins with sk_ or rk_"),
        ("hunter2", "holds no key of Stripe's, which begins with sk_ or rk_"),
        (f"{KEY}\r\nX-Other: 1", "holds more than a key"),
        (f"{KEY}é", "holds more than a key"),
    ],
    ids=["publishable", "JSON", "JSON text", "prefixed", "password", "two lines", "not ASCII"],
)
def test_an_impossible_key_is_never_sent(stored: str, message: str) -> None:
    with pytest.raises(KeyMissing, match=f"^Payment's secret {message}. Take") as missing:
        gateway(Script(), FakeSecret(stored)).confirm(REFERENCE)

    assert "from Stripe's dashboard and put it, and nothing else, into the secret" in str(
        missing.value
    )
    assert stored not in error_text(missing.value)
    assert KEY not in error_text(missing.value)


def test_white_space_around_a_key_does_no_harm() -> None:
    script = Script((RETRIEVE, PAID))
    gateway(script, FakeSecret(f" {KEY}\n")).confirm(REFERENCE)

    assert script.sent[0].headers["Authorization"] == f"Bearer {KEY}"


def test_errors_of_the_key_are_outages_to_the_reaction() -> None:
    assert issubclass(KeyMissing, GatewayUnavailable)
    assert issubclass(KeyRefused, GatewayUnavailable)


def test_a_real_server_that_refuses_the_key_leaks_it_nowhere(
    stripe_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with requests.Session() as session:
        http = stripe.RequestsClient(session=session)
        pays = StripeGateway(StripeCalls(FakeSecret(NEW), http=http, base=stripe_address))
        with pytest.raises(KeyRefused) as refusal:
            pays.confirm(REFERENCE)  # localstripe accepts any key that begins with sk_

    assert NEW not in error_text(refusal.value)
    assert caplog.records  # the library's and the connection's
    assert NEW not in caplog.text
    assert NEW not in str(os.environ)


def test_the_adapter_is_built_with_the_functions_secret_unread() -> None:
    secret = FakeSecret()

    gateway = stripe_gateway(replace(resources(), secret=secret))
    assert isinstance(gateway.provider, StripeGateway)
    assert gateway.provider._calls._secret is secret
    assert secret.reads == 0
    with pytest.raises(ValueError, match="secret=True"):
        stripe_gateway(resources())
