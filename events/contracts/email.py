"""Contracts of email: a mail was sent, refused or returned; without its recipient and its text."""

from typing import ClassVar

from events.envelope import Fact

RECEIPT = "email/receipt"
DISPATCH_NOTE = "email/dispatch"
CANCELLATION = "email/cancellation"
BOUNCE = "email/bounced"
COMPLAINT = "email/complained"

NO_ADDRESS = "no-address"
"""The reason of a refusal if the order has no email address, or it was erased."""

UNPAID = "unpaid"
"""The reason if the shop mails only customers who paid."""

BOUNCED = "bounced"
COMPLAINED = "complained"
"""The reasons if an earlier mail to the address was returned, or its owner complained."""


class _EmailFact(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("email",)


class _Sent(_EmailFact, frozen=True, kw_only=True):
    """A mail was sent, at least once.

    `message_id` is the provider's id of the mail, null where mail is recorded and not sent. It is
    not named `reference`, because a second sending with another id states the same fact.
    """

    message_id: str | None


class ReceiptSent(_Sent, frozen=True, kw_only=True):
    """The receipt was mailed to the customer; `message_id` is null if only recorded."""

    slots: ClassVar[tuple[str, ...]] = (RECEIPT,)


class DispatchNoteSent(_Sent, frozen=True, kw_only=True):
    """The dispatch note was mailed to the customer; `message_id` is null if only recorded."""

    slots: ClassVar[tuple[str, ...]] = (DISPATCH_NOTE,)


class CancellationSent(_Sent, frozen=True, kw_only=True):
    """The cancellation was mailed to the customer; `message_id` is null if only recorded."""

    slots: ClassVar[tuple[str, ...]] = (CANCELLATION,)


class MailRefused(_EmailFact, frozen=True, kw_only=True):
    """The mail of this slot will not be sent.

    `reason` is `no-address`, `unpaid`, `bounced`, `complained`, or the provider's error.
    """

    slots: ClassVar[tuple[str, ...]] = (RECEIPT, DISPATCH_NOTE, CANCELLATION)

    reason: str


class _Returned(_EmailFact, frozen=True, kw_only=True):
    """The provider reports about the mail `message_id`; `reason` is the provider's word."""

    message_id: str
    reason: str


class MailBounced(_Returned, frozen=True, kw_only=True):
    """A mail of the order came back for good: no more mail is sent to its address."""

    slots: ClassVar[tuple[str, ...]] = (BOUNCE,)


class MailComplained(_Returned, frozen=True, kw_only=True):
    """A recipient reported a mail of the order as spam: no more mail is sent to its address."""

    slots: ClassVar[tuple[str, ...]] = (COMPLAINT,)
