"""Mail through a stage that has a sender: who is written to, how often, and what stops it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import botocore.handlers
import pytest
from moto import mock_aws
from moto.ses.models import ses_backends
from time_machine import Traveller

from functions.email.service import SERVICE
from functions.framework.ports import Mail, MailRejected
from functions.payment.sandbox import DECLINED, SUCCESS
from functions.runtime import backoff
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.mailbox import SesMailbox
from functions.runtime.memory.observer import MemoryObserver
from tests.support.template import ACCOUNT, REGION, Templates
from tests.system.shop import SENDER, Placed, Shop
from tests.system.world import World

CUSTOMER = "ada@example.com"


@pytest.fixture(scope="session")
def templates(mailing: Templates) -> Templates:
    return mailing


@pytest.fixture
def world(templates: Templates, clock: Traveller, lines: MemoryObserver) -> Iterator[World]:
    with mock_aws():
        yield World(templates, lines)


@pytest.fixture
def verified(world: World) -> None:
    verify()


def verify() -> None:
    client_factory()("sesv2").create_email_identity(EmailIdentity=SENDER)


def sent() -> list[Any]:
    """Return what SES took."""
    return list(ses_backends[ACCOUNT][REGION].sent_messages)


def subjects(*orders: Placed) -> Counter[str]:
    """Return how often each mail about these orders was sent, by what its subject says of which."""
    numbers = {order.id: str(number) for number, order in enumerate(orders)}
    said: Counter[str] = Counter()
    for message in sent():
        assert (message.source, message.destinations) == (SENDER, {"ToAddresses": [CUSTOMER]})
        _, _, order, *rest = message.subject.split(" ")
        said[" ".join([numbers[order], *rest])] += 1
    return said


def ids(world: World, order: Placed) -> set[str]:
    """Return the ids of the mails that an order's facts name."""
    return {
        world.data(order.id, slot)["message_id"]
        for slot in world.slots(order.id)
        if slot.startswith("email/")
    }


@pytest.mark.usefixtures("verified")
def test_an_order_is_mailed_a_receipt_and_a_dispatch_note(world: World, shop: Shop) -> None:
    order = shop.order()

    world.settle()

    assert subjects(order) == {"0": 1, "0 is on its way": 1}
    assert ids(world, order) == {message.id for message in sent()}


@pytest.mark.usefixtures("verified")
@pytest.mark.parametrize(
    ("paused", "says"), [(set(), "Your payment was declined."), ({"payment"}, "You asked us to")]
)
def test_a_cancelled_order_is_mailed_its_cancellation_and_why(
    world: World, shop: Shop, paused: set[str], says: str
) -> None:
    world.paused = paused
    order = shop.order(token=DECLINED)
    world.settle()
    if paused:
        shop.cancel(order)

    world.paused = set()
    world.settle()

    assert subjects(order) == {"0": 1, "0 was cancelled": 1}
    (body,) = (message.body for message in sent() if "cancelled" in message.subject)
    assert says in body


@pytest.mark.usefixtures("verified")
@pytest.mark.parametrize(
    ("token", "ends"), [(SUCCESS, "is on its way"), (DECLINED, "was cancelled")]
)
def test_every_message_delivered_twice_and_in_reverse_mails_once(
    world: World, shop: Shop, lines: MemoryObserver, token: str, ends: str
) -> None:
    orders = [shop.order(token=token) for _ in range(3)]

    world.settle(times=2, reverse=True)
    world.redeliver()
    world.settle()

    assert subjects(*orders) == {
        f"{number}{what}": 1 for number in range(3) for what in ("", f" {ends}")
    }
    assert "duplicate" in lines.of("email")


@pytest.mark.usefixtures("verified")
def test_who_hears_of_the_cancellation_first_is_not_told_afterwards_that_all_is_well(
    world: World, shop: Shop
) -> None:
    world.paused = {"email", "payment"}
    order = shop.order()
    world.settle()
    shop.cancel(order)
    world.settle()

    world.paused = set()
    world.settle(reverse=True)

    assert subjects(order) == {"0 was cancelled": 1}


class EmailDied(BaseException):
    """The function's process ended."""


@pytest.fixture
def dies_after_sending() -> Iterator[list[str]]:
    """Kill email before its put, once for each slot in the list."""
    deaths: list[str] = []

    def die(params: dict[str, Any], **_: Any) -> None:
        slot = params.get("Item", {}).get("slot", {}).get("S")
        if slot in deaths:
            deaths.remove(slot)
            raise EmailDied

    handler = ("provide-client-params.dynamodb.PutItem", die)
    botocore.handlers.BUILTIN_HANDLERS.append(handler)
    yield deaths
    botocore.handlers.BUILTIN_HANDLERS.remove(handler)


def test_a_crash_between_sending_and_writing_down_repeats_that_mail_and_no_other(
    dies_after_sending: list[str], world: World, shop: Shop, clock: Traveller
) -> None:
    verify()
    dies_after_sending.append("email/receipt")
    order = shop.order()
    with pytest.raises(EmailDied):
        world.settle()

    clock.shift(SERVICE.visibility + 1)
    world.settle()

    assert subjects(order) == {"0": 2, "0 is on its way": 1}
    assert world.slots(order.id)["email/receipt"] == "ReceiptSent"
    assert world.dead("email") == []


def test_while_the_sender_is_not_verified_nothing_is_stated_or_lost_and_the_log_says_what_to_do(
    world: World, shop: Shop, lines: MemoryObserver, clock: Traveller
) -> None:
    order = shop.order()
    for receives in range(1, backoff.receives_to_ride_out()):
        world.settle()
        clock.shift(backoff.delay(receives) + 1)
    assert shop.show(order).body["status"] == "dispatched"
    assert not [slot for slot in world.slots(order.id) if slot.startswith("email/")]
    retries = [line for line in lines.lines if line.get("consumer") == "email"]
    said = next(line for line in retries if line["outcome"] == "retry")
    assert said["error"] == "MailUnavailable"
    assert said["detail"].startswith(f"SES does not send from {SENDER} (MessageRejected): verify")
    assert CUSTOMER not in str(retries)

    verify()
    world.settle()

    assert subjects(order) == {"0": 1, "0 is on its way": 1}
    assert world.dead("email") == []


@pytest.mark.usefixtures("verified")
def test_a_mail_that_ses_will_not_take_is_a_fact_and_holds_nothing_back(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rejects(_: SesMailbox, mail: Mail) -> str:
        raise MailRejected("MessageRejected: unverified recipient")

    order = shop.order()
    with monkeypatch.context() as sandbox:
        sandbox.setattr(SesMailbox, "send", rejects)
        world.settle()

    assert world.slots(order.id)["email/receipt"] == "MailRefused"
    assert world.data(order.id, "email/receipt") == {
        "reason": "MessageRejected: unverified recipient"
    }
    assert shop.show(order).body["status"] == "dispatched"
    assert world.waiting("email") == 0
