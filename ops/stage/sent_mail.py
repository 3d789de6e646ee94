"""What the local cloud's SES sent: it keeps all mail to be looked at, and delivers none."""

from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import msgspec

from ops.cli.errors import CommandError
from ops.stage.connection import ACCOUNT, PATIENCE

MAIL_PATH = f"/_ministack/ses/messages?account={ACCOUNT}"


class SentMail(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A mail, as the local cloud tells of it; its `timestamp` is Unix time in seconds."""

    message_id: str
    source: str
    to: tuple[str, ...]
    subject: str
    body_text: str
    body_html: str | None
    timestamp: float

    @property
    def time(self) -> datetime:
        """When it was sent."""
        return datetime.fromtimestamp(self.timestamp, UTC)


class _Inbox(msgspec.Struct):
    messages: dict[str, list[SentMail]]


def sent_mail(endpoint: str) -> list[SentMail]:
    """Return what the local cloud's SES sent, the newest last.

    Raises:
        CommandError: it does not answer.
    """
    connection = HTTPConnection(urlsplit(endpoint).netloc, timeout=PATIENCE)
    try:
        connection.request("GET", MAIL_PATH)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException) as error:
        raise CommandError(
            f"The local cloud does not answer ({error}): start `make run` again."
        ) from error
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK:
        raise CommandError(f"The local cloud does not show its mail (status {answer.status}).")
    inbox = msgspec.json.decode(body, type=_Inbox)
    return sorted(inbox.messages.get(ACCOUNT, ()), key=lambda mail: mail.timestamp)
