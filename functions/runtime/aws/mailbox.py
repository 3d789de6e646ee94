"""The way out for mail, on SES."""

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.framework.ports import Mail, MailRejected, MailUnavailable

CHARSET = "UTF-8"

REJECTED = frozenset({"BadRequestException", "MessageRejected"})
"""What SES says of a mail that it cannot take: a malformed address, content that it bars."""

UNVERIFIED = (
    "verify the address or its domain in the SES console, in this region, or name a verified sender"
    " in infra/stage.py"
)
LOOK = "see to the account's sending in the SES console"
REMEDIES: Mapping[str, str] = {
    "AccessDeniedException": "deploy the function's stack again, or see which policy denies it",
    "AccountSuspendedException": "ask AWS Support to lift the account's suspension",
    "MailFromDomainNotVerifiedException": "verify the domain that is set as its MAIL FROM",
    "TooManyRequestsException": "it asks to go slower, which trying again does",
}
"""What to do, by SES's word for why not."""


class SesMailbox:
    """Sends through SES v2 from one verified sender."""

    def __init__(self, client: Any, sender: str) -> None:
        """Take an SES v2 client and the address that all mail is from."""
        self._client = client
        self._sender = sender

    def send(self, mail: Mail) -> str:
        """Send a mail and return SES's id of it."""
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={
                    "Simple": {
                        "Subject": _part(mail.subject),
                        "Body": {"Text": _part(mail.text), "Html": _part(mail.html)},
                    }
                },
            )
        except ClientError as error:
            raise self._meaning(error, mail.to) from error
        except BotoCoreError as error:
            raise MailUnavailable(
                f"SES did not answer ({type(error).__name__}). Mail waits, and is tried again."
            ) from error
        return str(answer["MessageId"])

    def _meaning(self, error: ClientError, to: str) -> MailRejected | MailUnavailable:
        """Return what a refusal means for this mail.

        SES names the identities that it has not verified, the sender's or, in its sandbox, the
        recipient's; only of the latter, and of what a mail is like, trying again is no use.
        https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
        https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
        """
        code, said = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        named = {word.lower() for word in re.split(r"[\s,:<>]+", said)}
        recipients_fault = to.lower() in named and self._sender.lower() not in named
        unverified = "not verified" in said
        if code in REJECTED and (recipients_fault or not unverified):
            return MailRejected(f"{code}: unverified recipient" if unverified else code)
        remedy = REMEDIES.get(code, UNVERIFIED if unverified else LOOK)
        return MailUnavailable(
            f"SES does not send from {self._sender} ({code}): {remedy}. Mail waits, and is tried"
            " again."
        )


def _part(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": CHARSET}
