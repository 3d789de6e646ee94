"""Email's rules: one mail for each of three events, and what becomes of it is a fact.

The slot is read first, so that a duplicate mails nothing, and filled last: a crash in between sends
that mail again (SES has no idempotency key). What the mail says is read from the log.
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
from functions.email.sender import Post
from functions.framework.ports import Mail, MailRejected
from functions.framework.reaction import Fill

type Sent = type[ReceiptSent | DispatchNoteSent | CancellationSent]


def receive(placed: Event[OrderPlaced], history: History, post: Post) -> Fill | None:
    """Confirm what was ordered, unless the order's cancellation was mailed before."""
    if history.states(CancellationSent):
        return None
    return _once(RECEIPT, ReceiptSent, partial(mails.receipt, placed), history, post)


def announce(dispatched: Event[DispatchScheduled], history: History, post: Post) -> Fill | None:
    """Tell of the parcel, and how to follow it."""
    placed = history.find(OrderPlaced)
    if placed is None:
        return None
    made = partial(mails.dispatch_note, placed, dispatched.data)
    return _once(DISPATCH_NOTE, DispatchNoteSent, made, history, post)


def regret(cancelled: Event[OrderCancelled], history: History, post: Post) -> Fill | None:
    """Tell that nothing will come, why, and what becomes of the money."""
    placed = history.find(OrderPlaced)
    if placed is None:
        return None
    made = partial(mails.cancellation, placed, cancelled.data.reason, history)
    return _once(CANCELLATION, CancellationSent, made, history, post)


def _once(
    slot: str, sent: Sent, made: Callable[[], Mail], history: History, post: Post
) -> Fill | None:
    """Make and send the mail if its slot is free; one that has nowhere to go is refused here."""
    if history.at(slot):
        return None
    mail = made()
    if not mail.to:
        return Fill(fact=MailRefused(reason=NO_ADDRESS), slot=slot)
    try:
        return Fill(fact=sent(message_id=post.send(mail)), slot=slot)
    except MailRejected as rejected:
        return Fill(fact=MailRefused(reason=str(rejected)), slot=slot)
