"""The mailbox on SES v2."""

import re
from collections.abc import Mapping
from typing import Any, override

from botocore.exceptions import BotoCoreError, ClientError

from functions.framework.ports import Mail, Mailbox, MailRejected, MailUnavailable

CHARSET = "UTF-8"

REJECTED = frozenset({"BadRequestException", "MessageRejected"})
"""SES's codes for a mail that it refuses for good: a malformed address, forbidden content."""

UNVERIFIED = (
    "verify the address or its domain in the SES console, in this region, or name a verified sender"
    " in infra/stage.py"
)
CHECK_ACCOUNT = "check the account's sending status in the SES console"
REMEDIES: Mapping[str, str] = {
    "AccessDeniedException": "deploy the function's stack again, or find the policy that denies it",
    "AccountSuspendedException": "ask AWS Support to lift the account's suspension",
    "MailFromDomainNotVerifiedException": "verify the domain that is set as its MAIL FROM",
    "TooManyRequestsException": "the sending rate was exceeded, and a retry is later",
}
"""Remedies by SES's error code."""


class SesMailbox(Mailbox):
    """Sends through SES v2 from one verified sender."""

    def __init__(self, client: Any, sender: str) -> None:
        self._client = client
        self._sender = sender

    @override
    def send(self, mail: Mail) -> str:
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
                f"SES did not answer ({type(error).__name__}). The mail waits and is retried."
            ) from error
        return str(answer["MessageId"])

    def _meaning(self, error: ClientError, to: str) -> MailRejected | MailUnavailable:
        """Return the error that SES's answer means for this mail.

        SES names the identities that are not verified: the sender's or, in the sandbox, the
        recipient's. A retry is useless only for an unverified recipient and for bad content.
        https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
        https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
        """
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        named = {word.lower() for word in re.split(r"[\s,:<>]+", message)}
        recipients_fault = to.lower() in named and self._sender.lower() not in named
        unverified = "not verified" in message
        if code in REJECTED and (recipients_fault or not unverified):
            return MailRejected(f"{code}: unverified recipient" if unverified else code)
        remedy = REMEDIES.get(code, UNVERIFIED if unverified else CHECK_ACCOUNT)
        return MailUnavailable(
            f"SES does not send from {self._sender} ({code}): {remedy}. The mail waits and is"
            " retried."
        )


def _part(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": CHARSET}
