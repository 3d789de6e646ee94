"""Payment's function on a stage with Stripe: from its queue to the gateway and the log."""

from collections.abc import Iterator

import pytest

from events.contracts.payment import CHARGE, PaymentCaptured
from functions.payment.service import SERVICE
from functions.runtime import settings
from functions.runtime.main import build
from functions.runtime.memory.lambda_events import failures
from testkit.builders import ORDER, message, order_placed, placed
from tests.functions.conftest import Logged, Stage
from tests.support.gateways import KEY, StripeProvider, Totals

REVOKED = "rk_live_51RevokedKeyRevoked"
PLACED = placed(order_placed(token=StripeProvider.success))


@pytest.fixture
def provider(stripe_address: str) -> Iterator[StripeProvider]:
    """The provider that the adapter calls in place of Stripe."""
    provider = StripeProvider(stripe_address)
    with provider.in_place_of_stripe():
        yield provider
    provider.close()


def environ(stage: Stage) -> dict[str, str]:
    secret = f"{stage.name}-payment"
    return stage.environ(SERVICE) | {settings.ADAPTER: "stripe", settings.SECRET: secret}


def run(stage: Stage, logged: Logged, key: str | None) -> list[str]:
    """Run the function on a placed order; return the ids of the messages to retry."""
    if key is not None:
        stage.connection("secretsmanager").create_secret(
            Name=f"{stage.name}-payment", SecretString=key
        )
    handler = build(environ(stage), observer=logged.observer, clients=stage.connection)
    record = message(stage.log().append(PLACED))
    stage.connection("sqs").create_queue(QueueName="payment")
    return failures(handler({"Records": [record]}, None))


def test_an_order_is_charged_through_stripe(
    stage: Stage, logged: Logged, provider: StripeProvider
) -> None:
    assert run(stage, logged, KEY) == []

    charge = stage.log().read(ORDER).at(CHARGE)
    assert charge is not None
    total = PLACED.data.total
    assert charge.data == PaymentCaptured(reference=charge.data.reference, amount=total)
    assert provider.totals(charge.data.reference) == Totals(1, total.amount, 0)
    assert KEY not in logged.text()


@pytest.mark.parametrize(
    ("key", "error", "words"),
    [
        (None, "KeyMissing", "does not exist, or has no value yet. Write it:"),
        (REVOKED, "KeyRefused", "it is wrong, or was revoked. Create a new one"),
    ],
    ids=["missing", "revoked"],
)
def test_without_a_valid_key_the_order_waits_and_the_log_has_instructions(
    stage: Stage, logged: Logged, provider: StripeProvider, key: str | None, error: str, words: str
) -> None:
    assert run(stage, logged, key) == [f"message {PLACED.id}"]

    text = logged.text()
    assert f'"error":"{error}"' in text
    assert words in text
    assert REVOKED not in text
    assert [event.type for event in stage.log().read(ORDER)] == ["OrderPlaced"]


def test_the_key_is_in_no_environment(stage: Stage) -> None:
    assert [name for name, value in environ(stage).items() if "sk_" in value] == []
