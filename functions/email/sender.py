"""The mailer port and its implementations: record only, or send through the stage's mailbox."""

from typing import Protocol

from functions.email.blocked import TABLE, Blocked
from functions.framework.outcomes import Outcome
from functions.framework.ports import Mail, Mailbox, MailRejected, Reporter, Resources


class AddressBlocked(MailRejected):
    """An earlier mail to the address came back, or its owner complained; the message says which."""


class Mailer(Protocol):
    """The port through which email sends mails.

    `before_payment` is whether the shop mails customers before they paid.
    """

    before_payment: bool

    def send(self, mail: Mail) -> str | None:
        """Send a mail and return the provider's id of it, or None if it is only recorded.

        Raises:
            MailRejected: the provider will never accept this mail, or its address is blocked.
            MailUnavailable: this attempt failed; try again.
        """
        ...


class RecordOnly:
    """Sends nothing: a mail leaves only its fact in the log and a log line."""

    before_payment = True

    def send(self, mail: Mail) -> str | None:
        """Return None."""
        return None


class StageMailer:
    """Sends through the stage's mailbox, and nothing to a blocked address."""

    def __init__(
        self, mailbox: Mailbox, blocked: Blocked, report: Reporter, *, before_payment: bool
    ) -> None:
        self._mailbox = mailbox
        self._blocked = blocked
        self._report = report
        self.before_payment = before_payment

    def send(self, mail: Mail) -> str:
        """Send a mail; one that the provider refuses for good is also reported for an alarm."""
        why = self._blocked.why(mail.to)
        if why is not None:
            raise AddressBlocked(why)
        try:
            return self._mailbox.send(mail)
        except MailRejected as rejected:
            self._report(Outcome.MAIL_REFUSED, detail=str(rejected))
            raise


def record_only(_resources: Resources) -> Mailer:
    """Return the mailer of a stage without a sender."""
    return RecordOnly()


def stage_mailbox(resources: Resources) -> Mailer:
    """Return the mailer of a stage with a sender; its first mail does not wait for the payment."""
    return _stage_mailer(resources, before_payment=True)


def stage_mailbox_after_payment(resources: Resources) -> Mailer:
    """Return the mailer of a stage with a sender that mails only customers who paid."""
    return _stage_mailer(resources, before_payment=False)


def _stage_mailer(resources: Resources, *, before_payment: bool) -> Mailer:
    if resources.mailbox is None:
        raise LookupError("the adapter declares no mails, so it has no mailbox")
    blocked = Blocked(resources.tables(TABLE))
    return StageMailer(resources.mailbox, blocked, resources.report, before_payment=before_payment)
