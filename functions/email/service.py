"""Declaration of email: its subscriptions, reactions and adapters."""

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
from functions.email.reactions import send_cancellation, send_dispatch_note, send_receipt
from functions.email.sender import record_only, stage_mailbox
from functions.framework.reaction import On
from functions.framework.service import Adapter, Consumer

SERVICE = Consumer(
    name="email",
    ordered=True,
    batch=2,  # an order has at most two mails; two fit the timeout, however late SES answers
    concurrency=2,  # a new account's SES takes 14 mails a second
    on=(
        On(
            event=OrderPlaced,
            react=send_receipt,
            states=(ReceiptSent, MailRefused),
            slot=RECEIPT,
            spared_by=(CancellationSent,),
            history=True,
            outside=True,
        ),
        On(
            event=DispatchScheduled,
            react=send_dispatch_note,
            states=(DispatchNoteSent, MailRefused),
            slot=DISPATCH_NOTE,
            history=True,
            outside=True,
        ),
        On(
            event=OrderCancelled,
            react=send_cancellation,
            states=(CancellationSent, MailRefused),
            slot=CANCELLATION,
            history=True,
            outside=True,
        ),
    ),
    effects={"send": None},
    adapters=(
        Adapter(name="record", build=record_only),
        Adapter(name="ses", build=stage_mailbox, mails=True),
    ),
)
