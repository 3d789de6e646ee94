"""The mailer port and its two implementations: record only, or send through the stage's mailbox."""

from typing import Protocol

from functions.framework.ports import Mail, Resources


class Mailer(Protocol):
    """The port through which email sends mails."""

    def send(self, mail: Mail) -> str | None:
        """Send a mail and return the provider's id of it, or None if it is only recorded.

        Raises:
            MailRejected: the provider will never accept this mail.
            MailUnavailable: this attempt failed; try again.
        """
        ...


class RecordOnly:
    """Sends nothing: a mail leaves only its fact in the log and a log line."""

    def send(self, mail: Mail) -> str | None:
        """Return None."""
        return None


def record_only(_resources: Resources) -> Mailer:
    """Return the mailer of a stage without a sender."""
    return RecordOnly()


def stage_mailbox(resources: Resources) -> Mailer:
    """Return the stage's mailbox, which really sends."""
    if resources.mailbox is None:
        raise LookupError("the adapter declares no mails, so it has no mailbox")
    return resources.mailbox
