"""Email's reactions: a mail is sent once for each event, and its result is recorded."""

from typing import Any

import msgspec
import pytest

from events import codec
from events.contracts.email import (
    BOUNCED,
    CANCELLATION,
    COMPLAINED,
    DISPATCH_NOTE,
    NO_ADDRESS,
    RECEIPT,
    UNPAID,
    CancellationSent,
    DispatchNoteSent,
    MailBounced,
    MailComplained,
    MailRefused,
    ReceiptSent,
)
from events.contracts.ordering import OrderCancelled
from events.contracts.payment import PaymentCaptured
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event, Fact
from events.history import History
from events.money import Money
from functions.email import mails
from functions.email.sender import Mailer, record_only, stage_mailbox
from functions.email.service import SERVICE
from functions.framework.ports import Mail, MailRejected, MailUnavailable
from functions.framework.reaction import Fill
from testkit.builders import EMAIL, SHIP_TO, order_placed, placed, resources, then
from testkit.run_reaction import run_reaction

PLACED = placed()
DISPATCHED = then(PLACED, DispatchScheduled(carrier="sandbox", reference="SBX1"))
CANCELLED = then(PLACED, OrderCancelled(reason="customer"))

MAILS: list[tuple[Event[Any], str, type[ReceiptSent | DispatchNoteSent | CancellationSent]]] = [
    (PLACED, RECEIPT, ReceiptSent),
    (DISPATCHED, DISPATCH_NOTE, DispatchNoteSent),
    (CANCELLED, CANCELLATION, CancellationSent),
]
each_mail = pytest.mark.parametrize(("event", "slot", "sent"), MAILS, ids=[m[1] for m in MAILS])


class FakeMailer:
    """A mailer that keeps the mails, or fails."""

    def __init__(self, fails: Exception | None = None, *, before_payment: bool = True) -> None:
        self._fails = fails
        self.before_payment = before_payment
        self.mails: list[Mail] = []

    def send(self, mail: Mail) -> str | None:
        if self._fails:
            raise self._fails
        self.mails.append(mail)
        return f"mail {len(self.mails)}"


def run(
    event: Event[Any], mailer: Mailer, *more: Event[Any], first: Event[Any] = PLACED
) -> Fill | None:
    """Return email's decision on an event; `more` are further events of the order."""
    on = SERVICE.reaction_to(event.type)
    assert on is not None
    history = History({each.id: each for each in (first, event, *more)}.values())
    return run_reaction(on.react(event, history, mailer)).decided


PAID = then(PLACED, PaymentCaptured(reference="r", amount=PLACED.data.total))
FREE = then(PLACED, PaymentCaptured(reference="r", amount=Money(amount=0, currency="EUR")))
RETURNED = [
    (MailBounced(message_id="m", reason="NoEmail"), BOUNCED),
    (MailComplained(message_id="m", reason="abuse"), COMPLAINED),
]


@each_mail
def test_a_mail_is_sent_to_the_customer_and_its_id_recorded(
    event: Event[Any], slot: str, sent: type[Any]
) -> None:
    mailer = FakeMailer()

    assert run(event, mailer) == Fill(fact=sent(message_id="mail 1"), slot=slot)
    assert [mail.to for mail in mailer.mails] == [EMAIL]


@each_mail
@pytest.mark.parametrize(("fact", "reason"), RETURNED, ids=[reason for _, reason in RETURNED])
def test_after_a_mail_came_back_the_order_gets_no_more(
    event: Event[Any], slot: str, sent: type[Any], fact: Fact, reason: str
) -> None:
    mailer = FakeMailer()

    assert run(event, mailer, then(PLACED, fact)) == Fill(
        fact=MailRefused(reason=reason), slot=slot
    )
    assert mailer.mails == []


@pytest.mark.parametrize("event", [PLACED, FREE, CANCELLED], ids=lambda event: event.type)
def test_a_shop_that_waits_mails_nothing_before_the_payment(event: Event[Any]) -> None:
    mailer = FakeMailer(before_payment=False)

    run(event, mailer)

    assert mailer.mails == []


def test_a_shop_that_waits_records_that_an_unpaid_orders_cancellation_is_not_mailed() -> None:
    refused = run(CANCELLED, FakeMailer(before_payment=False))

    assert refused == Fill(fact=MailRefused(reason=UNPAID), slot=CANCELLATION)
    again = then(CANCELLED, MailRefused(reason=UNPAID), slot=CANCELLATION)
    assert run(CANCELLED, FakeMailer(before_payment=False), again) is None


@pytest.mark.parametrize(("event", "slot"), [(FREE, RECEIPT), (DISPATCHED, DISPATCH_NOTE)])
def test_a_shop_that_waits_records_that_an_order_without_a_price_is_not_mailed(
    event: Event[Any], slot: str
) -> None:
    mailer = FakeMailer(before_payment=False)

    assert run(event, mailer, FREE) == Fill(fact=MailRefused(reason=UNPAID), slot=slot)
    assert mailer.mails == []


@pytest.mark.parametrize("event", [PLACED, PAID], ids=lambda event: event.type)
def test_a_shop_that_waits_mails_the_receipt_once_it_is_paid(event: Event[Any]) -> None:
    mailer = FakeMailer(before_payment=False)

    assert run(event, mailer, PAID) == Fill(fact=ReceiptSent(message_id="mail 1"), slot=RECEIPT)
    assert run(CANCELLED, mailer, PAID) is not None
    assert SHIP_TO.name in mailer.mails[0].text


def test_a_payment_repeats_no_receipt() -> None:
    mailer = FakeMailer()

    assert run(PAID, mailer, then(PLACED, ReceiptSent(message_id="m"))) is None
    assert mailer.mails == []


@each_mail
@pytest.mark.parametrize("refused", [False, True], ids=["sent", "refused"])
def test_a_duplicate_mails_nothing(
    event: Event[Any],
    slot: str,
    sent: type[Any],
    refused: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mails, "_mail", None)  # it is not even composed
    mailer = FakeMailer()
    fact: Fact = MailRefused(reason="MessageRejected") if refused else sent(message_id=None)

    assert run(event, mailer, then(event, fact, slot=slot)) is None
    assert mailer.mails == []


@each_mail
def test_a_rejected_mail_is_recorded_as_refused(
    event: Event[Any], slot: str, sent: type[Any]
) -> None:
    mailer = FakeMailer(MailRejected("MessageRejected"))

    assert run(event, mailer) == Fill(fact=MailRefused(reason="MessageRejected"), slot=slot)


@each_mail
def test_an_unavailable_provider_records_nothing_and_the_event_is_retried(
    event: Event[Any], slot: str, sent: type[Any]
) -> None:
    with pytest.raises(MailUnavailable):
        run(event, FakeMailer(MailUnavailable("SES does not answer")))


@each_mail
def test_an_erased_order_is_refused_for_want_of_an_address(
    event: Event[Any], slot: str, sent: type[Any]
) -> None:
    blank = msgspec.structs.replace(SHIP_TO, name="", street="", city="", postal_code="")
    erased = placed(msgspec.structs.replace(order_placed(), email="", ship_to=blank))
    mailer = FakeMailer()

    received = erased if event is PLACED else event
    refused = Fill(fact=MailRefused(reason=NO_ADDRESS), slot=slot)
    assert run(received, mailer, first=erased) == refused
    assert mailer.mails == []


@each_mail
def test_a_refused_mail_may_be_stated_in_its_slot(
    event: Event[Any], slot: str, sent: type[Any]
) -> None:
    stated = then(event, MailRefused(reason=NO_ADDRESS), slot=slot)

    assert codec.decode(codec.encode(stated)) == stated


def test_no_receipt_follows_a_cancellation() -> None:
    mailer = FakeMailer()

    assert run(PLACED, mailer, CANCELLED) is None
    assert run(PAID, mailer, CANCELLED) is None
    assert mailer.mails == []


@pytest.mark.parametrize("event", [DISPATCHED, CANCELLED], ids=lambda event: event.type)
def test_an_order_without_its_first_event_is_not_mailed(event: Event[Any]) -> None:
    on = SERVICE.reaction_to(event.type)
    assert on is not None

    assert run_reaction(on.react(event, History([event]), FakeMailer())).decided is None


def test_without_a_sender_a_mail_is_recorded_only() -> None:
    assert run(PLACED, record_only(resources())) == Fill(
        fact=ReceiptSent(message_id=None), slot=RECEIPT
    )


def test_the_sending_adapter_needs_a_mailbox() -> None:
    with pytest.raises(LookupError):
        stage_mailbox(resources())


@each_mail
def test_two_sends_are_the_same_fact_and_a_fact_has_no_personal_data(
    event: Event[Any], slot: str, sent: type[Any]
) -> None:
    first, second = (then(event, sent(message_id=each), slot=slot) for each in ("a", "b"))

    assert first.same_fact(second)
    assert set(sent.__struct_fields__) == {"message_id"}
