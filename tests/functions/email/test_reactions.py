"""Email's rules: a mail is sent once for each event, and what became of it is a fact."""

from typing import Any

import msgspec
import pytest

from events.contracts.email import (
    CANCELLATION,
    DISPATCH_NOTE,
    NO_ADDRESS,
    RECEIPT,
    CancellationSent,
    DispatchNoteSent,
    MailRefused,
    ReceiptSent,
)
from events.contracts.ordering import OrderCancelled
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event, Fact
from events.history import History
from functions.email import mails
from functions.email.sender import Post, by_mail, on_record
from functions.email.service import SERVICE
from functions.framework.ports import Mail, MailRejected, MailUnavailable
from functions.framework.reaction import Fill
from tests.support.builders import EMAIL, SHIP_TO, order_placed, placed, resources, then
from tests.support.play import play

PLACED = placed()
DISPATCHED = then(PLACED, DispatchScheduled(carrier="sandbox", reference="SBX1"))
CANCELLED = then(PLACED, OrderCancelled(reason="customer"))

MAILS: list[tuple[Event[Any], str, type[ReceiptSent | DispatchNoteSent | CancellationSent]]] = [
    (PLACED, RECEIPT, ReceiptSent),
    (DISPATCHED, DISPATCH_NOTE, DispatchNoteSent),
    (CANCELLED, CANCELLATION, CancellationSent),
]
each_mail = pytest.mark.parametrize(("event", "slot", "sent"), MAILS, ids=[m[1] for m in MAILS])


class Noted:
    """A post that keeps the mails, or fails."""

    def __init__(self, fails: Exception | None = None) -> None:
        self._fails = fails
        self.mails: list[Mail] = []

    def send(self, mail: Mail) -> str | None:
        if self._fails:
            raise self._fails
        self.mails.append(mail)
        return f"mail {len(self.mails)}"


def run(
    event: Event[Any], post: Post, *more: Event[Any], first: Event[Any] = PLACED
) -> Fill | None:
    """Return what email decides on an event of an order of which more is known."""
    on = SERVICE.reaction_to(event.type)
    assert on is not None
    history = History({each.id: each for each in (first, event, *more)}.values())
    return play(on.react(event, history, post)).decided


@each_mail
def test_a_mail_is_sent_to_the_customer_and_its_id_kept(
    event: Event[Any], slot: str, sent: type[Any]
) -> None:
    post = Noted()

    assert run(event, post) == Fill(fact=sent(message_id="mail 1"), slot=slot)
    assert [mail.to for mail in post.mails] == [EMAIL]


@each_mail
@pytest.mark.parametrize("refused", [False, True], ids=["sent", "refused"])
def test_a_duplicate_mails_nothing(
    event: Event[Any],
    slot: str,
    sent: type[Any],
    refused: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mails, "_mail", None)  # it is not even written
    post = Noted()
    fact: Fact = MailRefused(reason="MessageRejected") if refused else sent(message_id=None)

    assert run(event, post, then(event, fact, slot=slot)) is None
    assert post.mails == []


@each_mail
def test_a_mail_that_will_never_be_taken_is_a_fact(
    event: Event[Any], slot: str, sent: type[Any]
) -> None:
    post = Noted(MailRejected("MessageRejected"))

    assert run(event, post) == Fill(fact=MailRefused(reason="MessageRejected"), slot=slot)


@each_mail
def test_while_mail_cannot_be_sent_nothing_is_stated_and_the_event_comes_again(
    event: Event[Any], slot: str, sent: type[Any]
) -> None:
    with pytest.raises(MailUnavailable):
        run(event, Noted(MailUnavailable("SES does not answer")))


@each_mail
def test_an_order_that_was_forgotten_is_mailed_nothing_and_says_so(
    event: Event[Any], slot: str, sent: type[Any]
) -> None:
    blank = msgspec.structs.replace(SHIP_TO, name="", street="", city="", postal_code="")
    forgotten = placed(msgspec.structs.replace(order_placed(), email="", ship_to=blank))
    post = Noted()

    heard = forgotten if event is PLACED else event
    assert run(heard, post, first=forgotten) == Fill(fact=MailRefused(reason=NO_ADDRESS), slot=slot)
    assert post.mails == []


def test_who_was_told_of_the_cancellation_is_not_told_afterwards_that_the_order_is_placed() -> None:
    post = Noted()
    told = then(CANCELLED, CancellationSent(message_id="m"))

    assert run(PLACED, post, CANCELLED, told) is None
    assert post.mails == []


@pytest.mark.parametrize("event", [DISPATCHED, CANCELLED], ids=lambda event: event.type)
def test_of_an_order_that_nobody_placed_nobody_is_told(event: Event[Any]) -> None:
    on = SERVICE.reaction_to(event.type)
    assert on is not None

    assert play(on.react(event, History([event]), Noted())).decided is None


def test_without_a_sender_a_mail_is_recorded_only() -> None:
    assert run(PLACED, on_record(resources())) == Fill(
        fact=ReceiptSent(message_id=None), slot=RECEIPT
    )


def test_to_send_there_must_be_a_mailbox() -> None:
    with pytest.raises(LookupError):
        by_mail(resources())


@each_mail
def test_two_sendings_are_one_fact_and_a_fact_names_nobody(
    event: Event[Any], slot: str, sent: type[Any]
) -> None:
    first, second = (then(event, sent(message_id=each), slot=slot) for each in ("a", "b"))

    assert first.same_fact(second)
    assert set(sent.__struct_fields__) == {"message_id"}
