"""The key to Stripe: missing, wrong, revoked, exchanged; clear words, and never one of the key."""

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
from tests.support.builders import ORDER, resources
from tests.support.gateways import AMOUNT, KEY, Vault
from tests.support.scripted import (
    CREATE,
    LOOK,
    REFERENCE,
    Answer,
    Script,
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
ASKS: tuple[Callable[[Gateway], object], ...] = (
    lambda pays: pays.prepare(ORDER, AMOUNT, "pm_1"),
    lambda pays: pays.confirm(REFERENCE),
    lambda pays: pays.cancel(REFERENCE),
)


def told(error: BaseException) -> str:
    """Return all that can be read of an error, and of those that led to it."""
    texts = traceback.format_exception(error)
    while True:
        texts += [repr(error), str(vars(error))]
        following = error.__cause__ or error.__context__
        if following is None:
            return "\n".join(texts)
        error = following


def test_the_key_is_read_with_the_first_call_and_not_before() -> None:
    vault = Vault()
    pays = gateway(Script((LOOK, PAID), (LOOK, PAID)), vault)
    assert vault.reads == 0

    pays.confirm(REFERENCE)
    pays.confirm(REFERENCE)
    assert vault.reads == 1


def test_a_key_that_was_exchanged_is_read_again_and_used_from_then_on() -> None:
    vault = Vault()
    script = Script((LOOK, PAID), (LOOK, WRONG), (LOOK, PAID), (LOOK, PAID))
    pays = gateway(script, vault)
    pays.confirm(REFERENCE)
    vault.stored = NEW

    assert [pays.confirm(REFERENCE) for _ in range(2)] == [Captured(amount=AMOUNT)] * 2
    keys = [asked.headers["Authorization"] for asked in script.asked]
    assert keys == [f"Bearer {KEY}"] * 2 + [f"Bearer {NEW}"] * 2
    assert vault.reads == 2


@pytest.mark.parametrize("ask", ASKS, ids=["prepare", "confirm", "cancel"])
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (WRONG, "is wrong, or was revoked"),
        (FORBIDDEN, "must be allowed to write PaymentIntents"),
        (OTHER, "is of Stripe's other mode"),
    ],
    ids=["wrong or revoked", "restricted", "test for live"],
)
def test_a_key_that_stripe_does_not_take_says_what_to_do_and_nothing_of_itself(
    ask: Callable[[Gateway], object], answer: Answer, words: str
) -> None:
    what = CREATE if ask is ASKS[0] else LOOK
    script = Script((what, answer))  # the key that is stored is the same: it is not tried again
    with pytest.raises(KeyRefused, match=words) as refusal:
        ask(gateway(script, Vault()))

    assert "aws secretsmanager put-secret-value" in str(refusal.value)
    assert KEY not in told(refusal.value)
    assert KEY[-4:] not in told(refusal.value)


def test_an_exchanged_key_that_is_no_better_is_refused_too() -> None:
    vault = Vault()
    script = Script((LOOK, PAID), (LOOK, WRONG), (LOOK, WRONG))
    pays = gateway(script, vault)
    pays.confirm(REFERENCE)
    vault.stored = NEW

    with pytest.raises(KeyRefused):
        pays.confirm(REFERENCE)


@pytest.mark.parametrize("ask", ASKS, ids=["prepare", "confirm", "cancel"])
def test_a_key_that_is_missing_says_which_secret_and_what_to_do(
    ask: Callable[[Gateway], object],
) -> None:
    vault = Vault(SecretUnavailable("The secret fanfare-dev-payment does not exist. Write it."))

    with pytest.raises(KeyMissing) as missing:
        ask(gateway(Script(), vault))
    assert str(missing.value) == (
        "There is no key to Stripe. The secret fanfare-dev-payment does not exist. Write it."
    )


@pytest.mark.parametrize(
    ("stored", "words"),
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
def test_what_cannot_be_a_key_is_not_sent_anywhere(stored: str, words: str) -> None:
    with pytest.raises(KeyMissing, match=f"^Payment's secret {words}. Take") as missing:
        gateway(Script(), Vault(stored)).confirm(REFERENCE)

    assert "from Stripe's dashboard and put it, and nothing else, into the secret" in str(
        missing.value
    )
    assert stored not in told(missing.value)
    assert KEY not in told(missing.value)


def test_white_space_around_a_key_does_no_harm() -> None:
    script = Script((LOOK, PAID))
    gateway(script, Vault(f" {KEY}\n")).confirm(REFERENCE)

    assert script.asked[0].headers["Authorization"] == f"Bearer {KEY}"


def test_a_trouble_with_the_key_is_an_outage_to_the_reaction() -> None:
    assert issubclass(KeyMissing, GatewayUnavailable)
    assert issubclass(KeyRefused, GatewayUnavailable)


def test_a_real_server_that_does_not_know_the_key(
    stripe_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with requests.Session() as session:
        http = stripe.RequestsClient(session=session)
        pays = StripeGateway(StripeCalls(Vault(NEW), http=http, base=stripe_address))
        with pytest.raises(KeyRefused) as refusal:
            pays.confirm(REFERENCE)  # localstripe takes any key that begins with sk_

    assert NEW not in told(refusal.value)
    assert caplog.records  # the library's and the connection's
    assert NEW not in caplog.text
    assert NEW not in str(os.environ)


def test_the_adapter_is_built_from_the_functions_secret_and_reads_nothing() -> None:
    vault = Vault()

    gateway = stripe_gateway(replace(resources(), secret=vault))
    assert isinstance(gateway, StripeGateway)
    assert gateway._calls._secret is vault
    assert vault.reads == 0
    with pytest.raises(ValueError, match="secret=True"):
        stripe_gateway(resources())
