"""Proof of email: a mail is sent once, and none to an address whose mail came back.

A mail is sent again only if a fault fell between sending and slot. Some mailboxes return mail, and
some of their owners complain.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from events.contracts.email import (
    CancellationSent,
    DispatchNoteSent,
    MailBounced,
    MailComplained,
    ReceiptSent,
)
from events.envelope import Event
from functions.framework.ports import Mail, MailUnavailable
from functions.framework.proof import OfFact, Outside, Proof, Shop

BETWEEN = ("mailbox.send", "log.append")
"""The calls after whose faults a mail may be sent again."""

WORKERS = 2
"""Mails that may be under way to an address when it is blocked: one of each worker of the row."""

BOUNCES, COMPLAINS, FULL = 1 << 29, 1 << 30, 3 << 29
"""Bounds of the random number of a mailbox, of 2 to the power of 32: an eighth bounces, an eighth
complains, and an eighth is full, which is not for good."""


@dataclass
class State:
    """What a world's provider knows.

    `again` counts by subject how often a mail may be sent once more. `returned` are the addresses
    by the ids of mails that came back for good, `blocked` those that the shop has stated. `after`
    counts the mails to these since then, and `late` how many of them a fault explains.
    """

    again: Counter[str] = field(default_factory=Counter)
    returned: dict[str, str] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    after: Counter[str] = field(default_factory=Counter)
    late: int = 0


def count_fault(shop: Shop, order: str, call: str, fault: str) -> None:
    """Allow an order's mails to be sent once more, or late, if a fault may be the reason."""
    state: State = shop.state
    state.late += 1
    if fault == "frozen" or (call in BETWEEN and fault != "slow"):
        ordered = f"Your order {order}"
        state.again.update((ordered, f"{ordered} is on its way", f"{ordered} was cancelled"))


def notice_of(shop: Shop, mail: Mail, message: str, number: int) -> str | None:
    """Return SES's notice of a mail that came back, or None."""
    state: State = shop.state
    about: dict[str, Any]
    if number < BOUNCES:
        about = {
            "eventType": "Bounce",
            "bounce": {"bounceType": "Permanent", "bounceSubType": "NoEmail"},
        }
    elif number < COMPLAINS:
        about = {"eventType": "Complaint", "complaint": {"complaintFeedbackType": "abuse"}}
    elif number < FULL:
        full = {"bounceType": "Transient", "bounceSubType": "MailboxFull"}
        about = {"eventType": "Bounce", "bounce": full}
    else:
        return None
    if number < COMPLAINS:
        state.returned[message] = mail.to
    return json.dumps(about | {"mail": {"messageId": message, "tags": {"order": [mail.order]}}})


def mail_facts_match_the_mailbox(shop: Shop, event: Event[Any]) -> bool:
    """The log has a mail only after it was sent."""
    return event.data.message_id in shop.mail_ids


def a_returned_mail_was_returned(shop: Shop, event: Event[Any]) -> bool:
    """The log has a bounce or a complaint only of a mail that came back for good."""
    state: State = shop.state
    address = state.returned.get(event.data.message_id)
    if address is not None:
        state.blocked.add(address)
    return address is not None


def no_mail_is_sent_twice(shop: Shop, mail: Mail) -> bool:
    """A mail is sent twice only if a fault fell between sending and slot, or its worker froze."""
    state: State = shop.state
    return shop.mails[mail.to, mail.subject] <= 1 + state.again[mail.subject]


def no_mail_follows_one_that_came_back(shop: Shop, mail: Mail) -> bool:
    """No mail is sent to an address once a bounce or a complaint of it is in the log.

    Except for those that were under way then.
    """
    state: State = shop.state
    if mail.to in state.blocked:
        state.after[mail.to] += 1
    return state.after[mail.to] <= WORKERS + state.late


def every_mail_that_came_back_is_stated(shop: Shop) -> bool:
    """At rest, the log has a bounce or a complaint of each address whose mail came back."""
    state: State = shop.state
    return state.blocked == set(state.returned.values())


_IN_THE_MAILBOX: tuple[OfFact, ...] = (mail_facts_match_the_mailbox,)
_RETURNED: tuple[OfFact, ...] = (a_returned_mail_was_returned,)

PROOF = Proof(
    outside=Outside(
        calls="mailbox", adapter="ses", error=MailUnavailable, once=frozenset({"send"})
    ),
    state=State,
    on_fault=count_fault,
    notice_of=notice_of,
    of_facts={
        ReceiptSent: _IN_THE_MAILBOX,
        DispatchNoteSent: _IN_THE_MAILBOX,
        CancellationSent: _IN_THE_MAILBOX,
        MailBounced: _RETURNED,
        MailComplained: _RETURNED,
    },
    of_a_mail=(no_mail_is_sent_twice, no_mail_follows_one_that_came_back),
    at_rest_of_all=(every_mail_that_came_back_is_stated,),
)
