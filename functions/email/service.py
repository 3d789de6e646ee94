"""Email's row: what it hears, what it does, and its two ways out."""

from events.contracts.checkout import OrderPlaced
from events.contracts.email import (
    CANCELLATION,
    DISPATCH_NOTE,
    RECEIPT,
    CancellationSent,
    DispatchNoteSent,
    MailRefused,
    ReceiptSent,
)
from events.contracts.ordering import OrderCancelled
from events.contracts.shipping import DispatchScheduled
from functions.email.reactions import announce, receive, regret
from functions.email.sender import by_mail, on_record
from functions.framework.reaction import On
from functions.framework.service import Adapter, Consumer

SERVICE = Consumer(
    name="email",
    ordered=True,
    batch=2,  # an order has two mails at most; so many fit the timeout however late SES answers
    concurrency=2,  # a new account's SES takes 14 mails a second
    on=(
        On(
            event=OrderPlaced,
            react=receive,
            states=(ReceiptSent, MailRefused),
            slot=RECEIPT,
            spared_by=(CancellationSent,),
            history=True,
            outside=True,
        ),
        On(
            event=DispatchScheduled,
            react=announce,
            states=(DispatchNoteSent, MailRefused),
            slot=DISPATCH_NOTE,
            history=True,
            outside=True,
        ),
        On(
            event=OrderCancelled,
            react=regret,
            states=(CancellationSent, MailRefused),
            slot=CANCELLATION,
            history=True,
            outside=True,
        ),
    ),
    adapters=(
        Adapter(name="record", build=on_record),
        Adapter(name="ses", build=by_mail, mails=True),
    ),
)
