"""Proof of email: a mail is sent once, unless a fault fell between sending and slot."""

from collections import Counter
from typing import Any

from events.contracts.email import CancellationSent, DispatchNoteSent, ReceiptSent
from events.envelope import Event
from functions.framework.ports import Mail, MailUnavailable
from functions.framework.proof import OfFact, Outside, Proof, Shop

BETWEEN = ("mailbox.send", "log.append")
"""The calls after whose faults a mail may be sent again."""


def count_fault(shop: Shop, order: str, call: str, fault: str) -> None:
    """Allow an order's mails to be sent once more, if a fault may be the reason."""
    if fault == "frozen" or (call in BETWEEN and fault != "slow"):
        allowed: Counter[str] = shop.state
        ordered = f"Your order {order}"
        allowed.update((ordered, f"{ordered} is on its way", f"{ordered} was cancelled"))


def mail_facts_match_the_mailbox(shop: Shop, event: Event[Any]) -> bool:
    """The log has a mail only after it was sent."""
    return event.data.message_id in shop.mail_ids


def no_mail_is_sent_twice(shop: Shop, mail: Mail) -> bool:
    """A mail is sent twice only if a fault fell between sending and slot, or its worker froze."""
    allowed: Counter[str] = shop.state
    return shop.mails[mail.to, mail.subject] <= 1 + allowed[mail.subject]


_IN_THE_MAILBOX: tuple[OfFact, ...] = (mail_facts_match_the_mailbox,)

PROOF = Proof(
    outside=Outside(
        calls="mailbox", adapter="ses", error=MailUnavailable, once=frozenset({"send"})
    ),
    state=Counter,
    on_fault=count_fault,
    of_facts={
        ReceiptSent: _IN_THE_MAILBOX,
        DispatchNoteSent: _IN_THE_MAILBOX,
        CancellationSent: _IN_THE_MAILBOX,
    },
    of_a_mail=(no_mail_is_sent_twice,),
)
