"""Mail of a stage with a sender: recipients, duplicates and failures."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from moto.ses.models import ses_backends
from time_machine import Traveller

from functions.email.service import SERVICE
from functions.framework.ports import Mail, MailRejected
from functions.payment.sandbox import DECLINED, SUCCESS
from functions.runtime import backoff
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.mailbox import SesMailbox
from functions.runtime.memory.observer import MemoryObserver
from testkit.builders import EMAIL
from tests.support.client_hooks import hooked
from tests.support.template import ACCOUNT, REGION, Templates
from tests.system.shop import SENDER, Placed, Shop
from tests.system.world import World


@pytest.fixture(scope="session")
def templates(mailing: Templates) -> Templates:
    return mailing


@pytest.fixture
def verified(world: World) -> None:
    verify()


def verify() -> None:
    client_factory()("sesv2").create_email_identity(EmailIdentity=SENDER)


def sent() -> list[Any]:
    """Return the mails that SES accepted."""
    return list(ses_backends[ACCOUNT][REGION].sent_messages)


def subjects(*orders: Placed) -> Counter[str]:
    """Count the mails about these orders by subject, with each order's number for its id."""
    numbers = {order.id: str(number) for number, order in enumerate(orders)}
    counts: Counter[str] = Counter()
    for message in sent():
        assert (message.source, message.destinations) == (SENDER, {"ToAddresses": [EMAIL]})
        _, _, order, *rest = message.subject.split(" ")
        counts[" ".join([numbers[order], *rest])] += 1
    return counts


def ids(world: World, order: Placed) -> set[str]:
    """Return the message ids in an order's facts."""
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
    ("paused", "reason"), [(set(), "Your payment was declined."), ({"payment"}, "You asked us to")]
)
def test_a_cancelled_order_is_mailed_its_cancellation_with_the_reason(
    world: World, shop: Shop, paused: set[str], reason: str
) -> None:
    world.paused = paused
    order = shop.order(token=DECLINED)
    world.settle()
    if paused:
        shop.cancel(*order)

    world.paused = set()
    world.settle()

    assert subjects(order) == {"0": 1, "0 was cancelled": 1}
    (body,) = (message.body for message in sent() if "cancelled" in message.subject)
    assert reason in body


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
def test_no_receipt_is_mailed_after_the_cancellation(world: World, shop: Shop) -> None:
    world.paused = {"email", "payment"}
    order = shop.order()
    world.settle()
    shop.cancel(*order)
    world.settle()

    world.paused = set()
    world.settle(reverse=True)

    assert subjects(order) == {"0 was cancelled": 1}


class EmailCrash(BaseException):
    """The function's process ends."""


@pytest.fixture
def crashes_before() -> Iterator[list[str]]:
    """Crash email before its put, once for each slot in the list."""
    slots: list[str] = []

    def crash(params: dict[str, Any], **_: Any) -> None:
        slot = params.get("Item", {}).get("slot", {}).get("S")
        if slot in slots:
            slots.remove(slot)
            raise EmailCrash

    with hooked(("provide-client-params.dynamodb.PutItem", crash)):
        yield slots


def test_a_crash_between_sending_and_recording_repeats_that_mail_only(
    crashes_before: list[str], world: World, shop: Shop, clock: Traveller
) -> None:
    verify()
    crashes_before.append("email/receipt")
    order = shop.order()
    with pytest.raises(EmailCrash):
        world.settle()

    clock.shift(backoff.visibility(SERVICE.timeout) + 1)
    world.settle()

    assert subjects(order) == {"0": 2, "0 is on its way": 1}
    assert world.slots(order.id)["email/receipt"] == "ReceiptSent"
    assert world.dead_letters("email") == []


def test_with_an_unverified_sender_mail_waits_and_the_log_has_instructions(
    world: World, shop: Shop, lines: MemoryObserver, clock: Traveller
) -> None:
    order = shop.order()
    for receives in range(1, backoff.receives_to_ride_out()):
        world.settle()
        clock.shift(backoff.delay(receives) + 1)
    assert shop.show(*order).body["status"] == "dispatched"
    assert not [slot for slot in world.slots(order.id) if slot.startswith("email/")]
    retries = [line for line in lines.lines if line.get("consumer") == "email"]
    retry = next(line for line in retries if line["outcome"] == "retry")
    assert retry["error"] == "MailUnavailable"
    assert retry["detail"].startswith(f"SES does not send from {SENDER} (MessageRejected): verify")
    assert EMAIL not in str(retries)

    verify()
    world.settle()

    assert subjects(order) == {"0": 1, "0 is on its way": 1}
    assert world.dead_letters("email") == []


@pytest.mark.usefixtures("verified")
def test_a_rejected_mail_is_recorded_and_blocks_nothing(
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
    assert shop.show(*order).body["status"] == "dispatched"
    assert world.waiting("email") == 0
