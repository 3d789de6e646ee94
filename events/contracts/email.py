"""Contracts of email: a mail was sent or refused; without its recipient and its text."""

from typing import ClassVar

from events.envelope import Fact

RECEIPT = "email/receipt"
DISPATCH_NOTE = "email/dispatch"
CANCELLATION = "email/cancellation"

NO_ADDRESS = "no-address"
"""The reason of a refusal if the order has no email address, or it was erased."""


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
    """The mail of this slot will not be sent; `reason` is `no-address` or the provider's error."""

    slots: ClassVar[tuple[str, ...]] = (RECEIPT, DISPATCH_NOTE, CANCELLATION)

    reason: str
