"""Mails that came back: the facts, and that no more mail goes to their addresses."""

import json
from typing import Any, override

import msgspec
import pytest

from events.contracts.email import (
    BOUNCE,
    BOUNCED,
    COMPLAINED,
    COMPLAINT,
    RECEIPT,
    MailBounced,
    MailComplained,
    MailRefused,
    ReceiptSent,
)
from events.envelope import Event
from functions.email.blocked import KEY, TABLE, Blocked
from functions.email.service import SERVICE
from functions.framework.ports import MailRejected, Record
from functions.runtime.memory.application import Application
from functions.runtime.memory.lambda_events import batch, failures, notice_record
from functions.runtime.memory.mailbox import MemoryMailbox
from functions.runtime.memory.tables import MemoryRecords
from testkit.builders import EMAIL, ORDER, Clock, order_placed, placed

OTHER = "7WQFM8Q1XK3T7ZC0R9N2HDBJE5"
LATER = "8WQFM8Q1XK3T7ZC0R9N2HDBJE6"


def notice(kind: str, order: str | None = ORDER, **about: Any) -> str:
    """Return a notice as SES publishes it, with more than is read of it.

    https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html
    """
    tags = {"ses:configuration-set": ["fanfare-dev-email"]} | ({"order": [order]} if order else {})
    mail = {
        "timestamp": "2026-11-23T09:00:00.000Z",
        "messageId": "0100-1",
        "destination": [EMAIL],
        "tags": tags,
    }
    return json.dumps({"eventType": kind, "mail": mail, kind.lower(): about})


def bounce(order: str | None = ORDER, kind: str = "Permanent", sub: str = "NoEmail") -> str:
    recipients = [{"emailAddress": EMAIL, "diagnosticCode": "smtp; 550 5.1.1"}]
    return notice("Bounce", order, bounceType=kind, bounceSubType=sub, bouncedRecipients=recipients)


def complaint(order: str = ORDER, kind: str | None = "abuse") -> str:
    about = {"complaintFeedbackType": kind} if kind else {}
    return notice("Complaint", order, complainedRecipients=[{"emailAddress": EMAIL}], **about)


@pytest.fixture
def shop() -> Application:
    """Email alone, with an order whose receipt was mailed."""
    application = Application([SERVICE], clock=Clock(), adapters={"email": "ses"})
    application.append(placed())
    application.settle()
    return application


def reported(shop: Application, *bodies: str) -> list[str]:
    """Deliver notices; return the outcomes."""
    begun = len(shop.observer.lines)
    records = [
        notice_record(body, consumer="email", message=f"n{number}")
        for number, body in enumerate(bodies)
    ]
    shop.invoke("email", batch(*records))
    return [line["outcome"] for line in shop.observer.lines[begun:]]


def receipt_of(shop: Application, event: Event[Any]) -> Any:
    """Place an order; return the fact about its receipt."""
    shop.append(event)
    shop.settle()
    found = shop.history(event.subject).at(RECEIPT)
    assert found is not None
    return found.data


@pytest.mark.parametrize(
    ("body", "slot", "fact"),
    [
        (bounce(), BOUNCE, MailBounced(message_id="0100-1", reason="NoEmail")),
        (
            bounce(sub="OnAccountSuppressionList"),
            BOUNCE,
            MailBounced(message_id="0100-1", reason="OnAccountSuppressionList"),
        ),
        (complaint(), COMPLAINT, MailComplained(message_id="0100-1", reason="abuse")),
        (complaint(kind=None), COMPLAINT, MailComplained(message_id="0100-1", reason="unknown")),
        (
            complaint(kind=f"see {EMAIL}"),
            COMPLAINT,
            MailComplained(message_id="0100-1", reason="unknown"),
        ),
    ],
)
def test_a_mail_that_came_back_is_stated_once(
    shop: Application, body: str, slot: str, fact: Any
) -> None:
    assert reported(shop, body, body) == ["done", "duplicate"]

    held = shop.history(ORDER).at(slot)
    assert held is not None
    assert held.data == fact
    assert EMAIL not in str(held)


@pytest.mark.parametrize("body", [bounce(), complaint()], ids=["bounce", "complaint"])
def test_no_more_mail_of_any_order_is_sent_to_its_address(shop: Application, body: str) -> None:
    reported(shop, body)
    sent = len(shop.mailbox.sent)
    why = BOUNCED if "Bounce" in body else COMPLAINED

    fact = receipt_of(shop, placed(order=OTHER))

    assert fact == MailRefused(reason=why)
    assert len(shop.mailbox.sent) == sent
    assert "mail-refused" not in shop.observer.outcomes


@pytest.mark.parametrize("spelling", ["ROBIN@example.com", "Robin@EXAMPLE.com"])
def test_another_spelling_of_the_address_is_the_same(shop: Application, spelling: str) -> None:
    reported(shop, bounce())

    spelled = msgspec.structs.replace(order_placed(), email=spelling)
    assert receipt_of(shop, placed(spelled, order=OTHER)) == MailRefused(reason=BOUNCED)


def test_other_addresses_get_their_mail(shop: Application) -> None:
    reported(shop, bounce(), complaint())

    other = msgspec.structs.replace(order_placed(), email="kim@example.com")
    assert isinstance(receipt_of(shop, placed(other, order=OTHER)), ReceiptSent)


@pytest.mark.parametrize(
    "body",
    [
        bounce(kind="Transient", sub="MailboxFull"),
        bounce(kind="Undetermined", sub="Undetermined"),
        complaint(kind="not-spam"),
        bounce(order=None),
        notice("Delivery"),
        json.dumps({"eventType": "Bounce", "mail": {"messageId": "1", "tags": {}}}),
    ],
)
def test_other_notices_change_nothing(shop: Application, body: str) -> None:
    before = shop.state()

    assert reported(shop, body) == ["nothing"]
    assert shop.state() == before


def test_a_notice_about_no_order_is_forged(shop: Application) -> None:
    before = shop.state()

    assert reported(shop, bounce(order=OTHER)) == ["forged"]
    assert shop.state() == before


@pytest.mark.parametrize("body", ["", "{", "[]", '{"eventType": "Bounce"}', "\ud800"])
def test_what_cannot_be_read_is_retried_alone_and_quoted_nowhere(
    shop: Application, body: str
) -> None:
    records = [
        notice_record(each, consumer="email", message=f"n{number}")
        for number, each in enumerate([body, bounce()])
    ]

    assert failures(shop.invoke("email", batch(*records))) == ["n0"]
    assert shop.history(ORDER).states(MailBounced)
    assert EMAIL not in str(shop.observer.lines)


def test_an_erased_address_is_stated_and_not_blocked(shop: Application) -> None:
    erased = msgspec.structs.replace(order_placed(), email="")
    shop.append(placed(erased, order=OTHER))

    assert reported(shop, bounce(order=OTHER)) == ["done"]
    assert isinstance(receipt_of(shop, placed(order=LATER)), ReceiptSent)


def test_the_table_has_no_address(shop: Application) -> None:
    reported(shop, bounce())

    items = list(shop.tables("email", TABLE).all())
    assert len(items) == 2
    assert EMAIL not in str(items)
    assert "robin" not in str(items)


def test_the_hash_depends_on_the_stages_key(shop: Application) -> None:
    other = Application([SERVICE], clock=Clock(), adapters={"email": "ses"})
    keys = []
    for application in (shop, other):
        Blocked(application.tables("email", TABLE)).add(EMAIL, "bounced")
        (item,) = (each for each in application.tables("email", TABLE).all() if each.key != KEY)
        keys.append(item.key)

    assert keys[0] != keys[1]


class Racing(MemoryRecords):
    """A table without a key at the first read, although another process has just written one."""

    def __init__(self, records: MemoryRecords) -> None:
        super().__init__(records._items, records._lock)
        self._first = True

    @override
    def get(self, key: str) -> Record | None:
        first, self._first = self._first, False
        return None if first else super().get(key)


def test_two_processes_that_make_the_key_at_once_use_one(shop: Application) -> None:
    records = shop.tables("email", TABLE)
    Blocked(records).add(EMAIL, "bounced")

    assert Blocked(Racing(records)).why(EMAIL) == "bounced"


def test_a_mail_that_the_provider_refuses_raises_the_alarm(
    shop: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> str:
        raise MailRejected("MessageRejected")

    monkeypatch.setattr(MemoryMailbox, "send", refuse)

    assert receipt_of(shop, placed(order=OTHER)) == MailRefused(reason="MessageRejected")
    (line,) = (line for line in shop.observer.lines if line["outcome"] == "mail-refused")
    assert line == {"outcome": "mail-refused", "consumer": "email", "detail": "MessageRejected"}
