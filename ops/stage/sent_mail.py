"""Mail in the local cloud's SES, which stores all mail and delivers none."""

from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import msgspec

from ops.cli.errors import CommandError
from ops.stage.connection import ACCOUNT, PATIENCE

MAIL_PATH = f"/_ministack/ses/messages?account={ACCOUNT}"


class SentMail(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A mail, as the local cloud returns it; `timestamp` is Unix time in seconds."""

    message_id: str
    source: str
    to: tuple[str, ...]
    subject: str
    body_text: str
    body_html: str | None
    timestamp: float

    @property
    def time(self) -> datetime:
        """The time it was sent."""
        return datetime.fromtimestamp(self.timestamp, UTC)


class _Response(msgspec.Struct):
    messages: dict[str, list[SentMail]]


def sent_mail(endpoint: str) -> list[SentMail]:
    """Return the mail that the local cloud's SES sent, the newest last.

    Raises:
        CommandError: the local cloud does not respond.
    """
    connection = HTTPConnection(urlsplit(endpoint).netloc, timeout=PATIENCE)
    try:
        connection.request("GET", MAIL_PATH)
        response = connection.getresponse()
        body = response.read()
    except (OSError, HTTPException) as error:
        raise CommandError(
            f"The local cloud does not respond ({error}): start `make run` again."
        ) from error
    finally:
        connection.close()
    if response.status != HTTPStatus.OK:
        raise CommandError(f"The local cloud does not return its mail (status {response.status}).")
    found = msgspec.json.decode(body, type=_Response)
    return sorted(found.messages.get(ACCOUNT, ()), key=lambda mail: mail.timestamp)
