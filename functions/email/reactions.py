"""Email's reactions: one mail for each of three events, with its result recorded as a fact.

The slot is read first, so that a duplicate sends no mail, and filled last: after a crash in between
the same mail is sent again (SES has no idempotency key). The mail's content comes from the log.
"""

from collections.abc import Callable
from functools import partial

from events.contracts.checkout import OrderPlaced
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
from events.envelope import Event
from events.history import History
from functions.email import mails
from functions.email.sender import Mailer
from functions.framework.ports import Mail, MailRejected
from functions.framework.reaction import Fill

type Sent = type[ReceiptSent | DispatchNoteSent | CancellationSent]


def send_receipt(placed: Event[OrderPlaced], history: History, mailer: Mailer) -> Fill | None:
    """Mail a confirmation of the order, unless its cancellation was mailed before."""
    if history.states(CancellationSent):
        return None
    return _send_once(RECEIPT, ReceiptSent, partial(mails.receipt, placed), history, mailer)


def send_dispatch_note(
    dispatched: Event[DispatchScheduled], history: History, mailer: Mailer
) -> Fill | None:
    """Mail the parcel's contents and its tracking number."""
    placed = history.find(OrderPlaced)
    if placed is None:
        return None
    compose = partial(mails.dispatch_note, placed, dispatched.data)
    return _send_once(DISPATCH_NOTE, DispatchNoteSent, compose, history, mailer)


def send_cancellation(
    cancelled: Event[OrderCancelled], history: History, mailer: Mailer
) -> Fill | None:
    """Mail that nothing will be delivered, the reason, and the state of the refund."""
    placed = history.find(OrderPlaced)
    if placed is None:
        return None
    compose = partial(mails.cancellation, placed, cancelled.data.reason, history)
    return _send_once(CANCELLATION, CancellationSent, compose, history, mailer)


def _send_once(
    slot: str, sent: Sent, compose: Callable[[], Mail], history: History, mailer: Mailer
) -> Fill | None:
    """Compose and send the mail if its slot is free; refuse a mail without an address."""
    if history.at(slot):
        return None
    mail = compose()
    if not mail.to:
        return Fill(fact=MailRefused(reason=NO_ADDRESS), slot=slot)
    try:
        return Fill(fact=sent(message_id=mailer.send(mail)), slot=slot)
    except MailRejected as rejected:
        return Fill(fact=MailRefused(reason=str(rejected)), slot=slot)
