"""The mailbox on SES v2."""

import re
from collections.abc import Mapping
from typing import Any, override

from botocore.exceptions import BotoCoreError, ClientError

from functions.framework.mail_address import InvalidAddress, mail_address
from functions.framework.notices import ORDER_TAG
from functions.framework.ports import Mail, Mailbox, MailRejected, MailUnavailable

CHARSET = "UTF-8"

MAY_REJECT = frozenset({"BadRequestException", "MessageRejected"})
"""SES's codes for a mail that it refuses; its message says whether it refuses this mail alone.

"Sending paused for this account" and quotas come with the same codes.
"""

OF_THIS_MAIL = re.compile(
    r"address|local (part|name)|domain|recipient|route|subject|header|charset|mime|body|content"
    r"|message (length|is too|size)|blacklist|suppress|virus|transaction failed",
    re.IGNORECASE,
)
"""Words in SES's message about a malformed address or a forbidden content."""

OF_EVERY_MAIL = re.compile(
    r"\b(account|paused|suspended|quota|rate|throttl\w*|configuration set|tenant|authorized)\b",
    re.IGNORECASE,
)
"""Words in SES's message about what time or an operator mends; they count if both kinds occur."""

UNVERIFIED = (
    "verify the address or its domain in the SES console, in this region, or name a verified sender"
    " in infra/stage.py"
)
CHECK_ACCOUNT = "check the account's sending status in the SES console"
QUOTA = "the sending rate or the daily quota was exceeded; request a higher one in the SES console"
REMEDIES: Mapping[str, str] = {
    "AccessDeniedException": "deploy the function's stack again, or find the policy that denies it",
    "AccountSuspendedException": "ask AWS Support to lift the account's suspension",
    "MailFromDomainNotVerifiedException": "verify the domain that is set as its MAIL FROM",
    "NotFoundException": "deploy the function's stack again, which has the configuration set",
    "SendingPausedException": "find out why SES paused the sending, in the SES console",
    "Throttling": QUOTA,
    "ThrottlingException": QUOTA,
    "LimitExceededException": QUOTA,
    "TooManyRequestsException": QUOTA,
}
"""Remedies by SES's error code."""


class SesMailbox(Mailbox):
    """Sends through SES v2 from one verified sender.

    `configuration_set` names the one that reports bounces and complaints; the tag `order` of a mail
    comes back with the report.
    """

    def __init__(self, client: Any, sender: str, configuration_set: str | None = None) -> None:
        self._client = client
        self._sender = sender
        self._set = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    @override
    def send(self, mail: Mail) -> str:
        try:
            to = mail_address(mail.to)
        except InvalidAddress as error:
            raise MailRejected(f"invalid address: {error}") from error
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [to]},
                **self._set,
                **_tags(mail),
                Content={
                    "Simple": {
                        "Subject": _part(mail.subject),
                        "Body": {"Text": _part(mail.text), "Html": _part(mail.html)},
                    }
                },
            )
        except ClientError as error:
            raise self._meaning(error, to) from error
        except BotoCoreError as error:
            raise MailUnavailable(
                f"SES did not answer ({type(error).__name__}). The mail waits and is retried."
            ) from error
        return str(answer["MessageId"])

    def _meaning(self, error: ClientError, to: str) -> MailRejected | MailUnavailable:
        """Return the error that SES's answer means for this mail.

        SES names the identities that are not verified: the sender's or, in the sandbox, the
        recipient's. A retry is useless only for an unverified recipient, a bad address and bad
        content. An answer that is not known as one of these waits: a mail that waits can be sent.
        https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
        https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
        """
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        named = {word.lower() for word in re.split(r"[\s,:<>]+", message)}
        recipients_fault = to.lower() in named and self._sender.lower() not in named
        unverified = "not verified" in message
        if unverified and recipients_fault and code in MAY_REJECT:
            return MailRejected(f"{code}: unverified recipient")
        if not unverified and code in MAY_REJECT and _is_of_this_mail(message.replace(to, "")):
            return MailRejected(code)
        remedy = REMEDIES.get(code, UNVERIFIED if unverified else CHECK_ACCOUNT)
        return MailUnavailable(
            f"SES does not send from {self._sender} ({code}): {remedy}. The mail waits and is"
            " retried."
        )


def _is_of_this_mail(message: str) -> bool:
    return bool(OF_THIS_MAIL.search(message)) and not OF_EVERY_MAIL.search(message)


def _tags(mail: Mail) -> dict[str, list[dict[str, str]]]:
    return {"EmailTags": [{"Name": ORDER_TAG, "Value": mail.order}]} if mail.order else {}


def _part(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": CHARSET}
