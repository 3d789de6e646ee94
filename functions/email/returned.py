"""Mails that came back: SES's notices of bounces and complaints.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

import re

import msgspec

from events.contracts.checkout import OrderPlaced
from events.contracts.email import MailBounced, MailComplained
from events.envelope import follow
from functions.email.blocked import TABLE, Blocked, Why
from functions.framework.chore import Report
from functions.framework.notices import ORDER_TAG, UnknownNotice
from functions.framework.outcomes import Outcome
from functions.framework.ports import Log, Resources

NOT_SPAM = "not-spam"
"""SES's word for a complaint that takes back another."""

_WORD = re.compile(r"[A-Za-z-]{1,40}")


class _Mail(msgspec.Struct, rename="camel"):
    message_id: str
    tags: dict[str, tuple[str, ...]] = {}


class _Bounce(msgspec.Struct, rename="camel"):
    bounce_type: str
    bounce_sub_type: str


class _Complaint(msgspec.Struct, rename="camel"):
    complaint_feedback_type: str | None = None


class _Notice(msgspec.Struct, rename="camel"):
    event_type: str
    mail: _Mail
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None


_decoder = msgspec.json.Decoder(_Notice)


def handle(body: str, log: Log, resources: Resources) -> Report:
    """State that a mail of an order came back, and block the address that the log has.

    The address is blocked first: a crash in between is repaired by the retry of the notice. A
    bounce that is not for good, such as a full mailbox, changes nothing.

    Raises:
        UnknownNotice: it is not a notice of SES.
    """
    notice = _decode(body)
    fact = _fact(notice)
    order = next(iter(notice.mail.tags.get(ORDER_TAG, ())), None)
    if fact is None or order is None:
        return Report(outcome=Outcome.NOTHING)
    history = log.read(order)
    placed = history.find(OrderPlaced)
    if placed is None:
        return Report(outcome=Outcome.FORGED)
    if placed.data.email:
        why: Why = "bounced" if isinstance(fact, MailBounced) else "complained"
        Blocked(resources.tables(TABLE)).add(placed.data.email, why)
    event = follow(
        placed,
        fact,
        source="email",
        now=resources.clock(),
        seen=[event.sequence for event in history],
    )
    stated = log.append(event) == event
    return Report(
        outcome=Outcome.DONE if stated else Outcome.DUPLICATE,
        order=order,
        stated=(event,) if stated else (),
        detail=fact.reason,
    )


def _decode(body: str) -> _Notice:
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise UnknownNotice("this is no notice of SES about a mail; look at the message") from error


def _fact(notice: _Notice) -> MailBounced | MailComplained | None:
    mail = notice.mail.message_id
    match notice:
        case _Notice(event_type="Bounce", bounce=_Bounce(bounce_type="Permanent") as bounce):
            return MailBounced(message_id=mail, reason=_word(bounce.bounce_sub_type))
        case _Notice(event_type="Complaint", complaint=_Complaint() as complaint):
            kind = complaint.complaint_feedback_type or "unknown"
            return None if kind == NOT_SPAM else MailComplained(message_id=mail, reason=_word(kind))
    return None


def _word(text: str) -> str:
    """Return a word of SES; any other text is not repeated."""
    return text if _WORD.fullmatch(text) else "unknown"
