"""Email's reactions: three mails, each with its result recorded as a fact.

Anybody can place an order that he does not pay, with somebody else's address. So the first mail is
sent before the payment without anything that he typed (`functions.email.mails`), or not at all if
the shop waits for payments.

The slot is read first, so that a duplicate sends no mail, and filled last: after a crash in between
the same mail is sent again (SES has no idempotency key). The mail's content comes from the log.
"""

from collections.abc import Callable
from functools import partial

from events.contracts.checkout import OrderPlaced
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
from events.envelope import Event
from events.history import History
from functions.email import mails
from functions.email.sender import Mailer
from functions.framework.ports import Mail, MailRejected
from functions.framework.reaction import Fill

type Sent = type[ReceiptSent | DispatchNoteSent | CancellationSent]


def send_receipt(placed: Event[OrderPlaced], history: History, mailer: Mailer) -> Fill | None:
    """Mail a confirmation of the order, unless it was cancelled, or the shop waits for payments."""
    waits = not (mailer.before_payment or history.states(PaymentCaptured))
    if waits or history.states(OrderCancelled):
        return None
    compose = partial(mails.receipt, placed, history)
    return _send_once(RECEIPT, ReceiptSent, compose, history, mailer)


def send_receipt_of_payment(
    _: Event[PaymentCaptured], history: History, mailer: Mailer
) -> Fill | None:
    """Mail the confirmation of an order that is paid, unless it was mailed before."""
    placed = history.find(OrderPlaced)
    return None if placed is None else send_receipt(placed, history, mailer)


def send_dispatch_note(
    dispatched: Event[DispatchScheduled], history: History, mailer: Mailer
) -> Fill | None:
    """Mail the parcel's contents and its tracking number."""
    placed = history.find(OrderPlaced)
    if placed is None:
        return None
    compose = partial(mails.dispatch_note, placed, dispatched.data, history)
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
    """Compose and send the mail if its slot is free and its address takes mail."""
    if history.at(slot):
        return None
    mail = compose()
    refused = _refusal(mail, history, mailer)
    if refused:
        return Fill(fact=MailRefused(reason=refused), slot=slot)
    try:
        return Fill(fact=sent(message_id=mailer.send(mail)), slot=slot)
    except MailRejected as rejected:
        return Fill(fact=MailRefused(reason=str(rejected)), slot=slot)


def _refusal(mail: Mail, history: History, mailer: Mailer) -> str | None:
    """Return the reason for which the order's address gets no mail, as far as the log knows it."""
    if not mail.to:
        return NO_ADDRESS
    if history.states(MailComplained):
        return COMPLAINED
    if history.states(MailBounced):
        return BOUNCED
    return None if mailer.before_payment or mails.is_paid(history) else UNPAID
