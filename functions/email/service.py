"""Declaration of email: its subscriptions, reactions and adapters."""

from events.contracts.checkout import OrderPlaced
from events.contracts.email import (
    CANCELLATION,
    DISPATCH_NOTE,
    RECEIPT,
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
from functions.email.blocked import TABLE
from functions.email.reactions import (
    send_cancellation,
    send_dispatch_note,
    send_receipt,
    send_receipt_of_payment,
)
from functions.email.returned import handle
from functions.email.sender import record_only, stage_mailbox, stage_mailbox_after_payment
from functions.framework.notices import Notices
from functions.framework.outcomes import Outcome
from functions.framework.reaction import On
from functions.framework.service import Adapter, Consumer
from functions.framework.table import Table

BLOCKED = Table(name=TABLE, key="address", access=frozenset({"get", "put"}))

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
            spared_by=(OrderCancelled,),
            history=True,
            outside=True,
        ),
        On(
            event=PaymentCaptured,
            react=send_receipt_of_payment,
            states=(ReceiptSent, MailRefused),
            slot=RECEIPT,
            spared_by=(OrderCancelled,),
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
        Adapter(name="ses", build=stage_mailbox, mails=True, tables=(BLOCKED,)),
        Adapter(
            name="ses-after-payment",
            build=stage_mailbox_after_payment,
            mails=True,
            tables=(BLOCKED,),
        ),
    ),
    notices=Notices(handle=handle, states=(MailBounced, MailComplained)),
    alarms=(Outcome.MAIL_REFUSED,),
)
