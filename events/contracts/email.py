"""What email states: a mail was sent, or will not be taken; never to whom, nor what it said."""

from typing import ClassVar

from events.envelope import Fact

RECEIPT = "email/receipt"
DISPATCH_NOTE = "email/dispatch"
CANCELLATION = "email/cancellation"

NO_ADDRESS = "no-address"
"""The reason of a refusal where the order has no address, or has it no more."""


class _EmailFact(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("email",)


class _Sent(_EmailFact, frozen=True, kw_only=True):
    """A mail went out, at least once.

    `message_id` is the provider's id of it, null where mail is recorded and not sent. It is no
    `reference`: whichever of two sendings was written down, the fact is the same.
    """

    message_id: str | None


class ReceiptSent(_Sent, frozen=True, kw_only=True):
    """The customer was told what was ordered. `message_id`: null if it was recorded only."""

    slots: ClassVar[tuple[str, ...]] = (RECEIPT,)


class DispatchNoteSent(_Sent, frozen=True, kw_only=True):
    """The customer was told of the parcel. `message_id`: null if it was recorded only."""

    slots: ClassVar[tuple[str, ...]] = (DISPATCH_NOTE,)


class CancellationSent(_Sent, frozen=True, kw_only=True):
    """The customer was told that nothing will come. `message_id`: null if it was recorded only."""

    slots: ClassVar[tuple[str, ...]] = (CANCELLATION,)


class MailRefused(_EmailFact, frozen=True, kw_only=True):
    """The mail of this slot will not be sent: `no-address`, or the provider's word for it."""

    slots: ClassVar[tuple[str, ...]] = (RECEIPT, DISPATCH_NOTE, CANCELLATION)

    reason: str
