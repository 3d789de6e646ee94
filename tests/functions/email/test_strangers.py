"""Strangers who do not pay: what their orders make the shop mail to somebody else."""

import json
from typing import Any

import pytest

from events.contracts.email import MailRefused, ReceiptSent
from events.order import fold
from functions.map import API, BUS, CONSUMERS
from functions.payment.sandbox import DECLINED, OUTAGE, SUCCESS
from functions.runtime.memory.application import Application
from testkit import products
from testkit.builders import MUTE, TRUMPET, Clock
from testkit.customer import BODY, KEY

TYPED = {
    "name": "You won, click here",
    "street": "http://evil.example/prize",
    "city": "Claim it now",
    "postal_code": "PRIZE-1",
    "country": "DE",
}
VICTIM = "victim@example.com"
UNPAID = ["tok_nonsense", "You-won_click-here", DECLINED, OUTAGE]


def shop(adapter: str) -> Application:
    application = Application((API, BUS, *CONSUMERS), clock=Clock(), adapters={"email": adapter})
    products.offer(application.tables)
    products.stock(application.tables, *[TRUMPET, MUTE] * 3)
    return application


def ordered(application: Application, token: str, *, cancel: bool = False) -> str:
    """Place a stranger's order, perhaps cancel it at once; return its id."""
    body = BODY | {"email": VICTIM, "ship_to": TYPED, "payment_token": token}
    answer = application.request(
        API.name, "POST /checkout", body=json.dumps(body), headers={"idempotency-key": KEY}
    )
    assert answer["statusCode"] == 200, answer
    (order,) = application.log.orders()
    if cancel:
        application.request(
            API.name,
            "POST /orders/{id}/cancel",
            headers={"authorization": f"Bearer {KEY}"},
            pathParameters={"id": order},
        )
    for _ in range(40):  # a gateway that does not answer keeps a message in its queue
        if not application.step():
            break
    return order


def typed_in(application: Application) -> set[str]:
    """Return what was typed and is in a mail: in its subject, its text or its HTML."""
    mails: list[Any] = application.mailbox.sent
    parts = [part for mail in mails for part in (mail.subject, mail.text, mail.html)]
    return {text for text in TYPED.values() if any(text in part for part in parts)}


@pytest.mark.parametrize("cancel", [False, True], ids=["left alone", "cancelled"])
@pytest.mark.parametrize("token", UNPAID)
def test_an_unpaid_order_mails_nothing_that_was_typed(token: str, cancel: bool) -> None:
    application = shop("ses")

    ordered(application, token, cancel=cancel)

    assert len(application.mailbox.sent) <= 2
    assert typed_in(application) == set()
    assert {mail.to for mail in application.mailbox.sent} <= {VICTIM}


@pytest.mark.parametrize("cancel", [False, True], ids=["left alone", "cancelled"])
@pytest.mark.parametrize("token", UNPAID)
def test_a_shop_that_waits_for_the_payment_mails_nothing_to_an_unpaid_order(
    token: str, cancel: bool
) -> None:
    application = shop("ses-after-payment")

    order = ordered(application, token, cancel=cancel)

    assert application.mailbox.sent == []
    history = application.history(order)
    assert not history.states(ReceiptSent)
    cancelled = fold(history).status == "cancelled"
    assert history.states(MailRefused) == cancelled


@pytest.mark.parametrize("adapter", ["ses", "ses-after-payment"])
def test_a_paid_order_has_both_mails_and_the_parcels_has_the_address(adapter: str) -> None:
    application = shop(adapter)

    ordered(application, SUCCESS)

    _, note = application.mailbox.sent
    assert note.subject.endswith("is on its way")
    assert TYPED["street"] in note.text
