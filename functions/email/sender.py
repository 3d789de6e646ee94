"""The post: the port that mail leaves by, and its two ways out."""

from typing import Protocol

from functions.framework.ports import Mail, Resources


class Post(Protocol):
    """What email asks of the outside."""

    def send(self, mail: Mail) -> str | None:
        """Send a mail and return the provider's id of it, or nothing if it is recorded only.

        Raises:
            MailRejected: it will not be taken, however often it is sent.
            MailUnavailable: it was not taken this time.
        """
        ...


class OnRecord:
    """Sends nothing: the fact in the log, and its line, are all that comes of a mail."""

    def send(self, mail: Mail) -> str | None:
        """Take the mail and keep nothing of it."""
        return None


def on_record(_resources: Resources) -> Post:
    """Return the post of a stage without a sender."""
    return OnRecord()


def by_mail(resources: Resources) -> Post:
    """Return the stage's mailbox, which really sends."""
    if resources.mailbox is None:
        raise LookupError("an adapter that mails is given a mailbox")
    return resources.mailbox
