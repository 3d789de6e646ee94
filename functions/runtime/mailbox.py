"""The way out for mail, on SES."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.runtime.ports import Mail, MailRejected, MailUnavailable

CHARSET = "UTF-8"


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
            raise self._meaning(error) from error
        except BotoCoreError as error:
            raise MailUnavailable(f"SES did not answer: {type(error).__name__}") from error
        return str(answer["MessageId"])

    def _meaning(self, error: ClientError) -> MailRejected | MailUnavailable:
        code, said = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code == "BadRequestException" or (
            code == "MessageRejected" and self._sender.lower() not in said.lower()
        ):
            return MailRejected(code)
        return MailUnavailable(
            f"SES does not send from {self._sender} ({code}): verify the sender, or see to the"
            " account's sending in the SES console; mail is tried again."
        )


def _part(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": CHARSET}
