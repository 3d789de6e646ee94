"""SES: what is sent, and what its refusals mean."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.ses.models import ses_backends

from functions.email.service import SERVICE as EMAIL
from functions.framework.ports import Mail, MailRejected, MailUnavailable
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.mailbox import SesMailbox
from tests.support.template import ACCOUNT, REGION

SENDER = "shop@fanfare.example"
TO = "robin@example.com"
MAIL = Mail(to=TO, subject="Your order", text="It is placed.", html="<p>It is placed.</p>")
UNVERIFIED = (
    "Email address is not verified. The following identities failed the check in region"
    f" {REGION.upper()}: "
)


class Refusing:
    """An SES client that fails so."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def send_email(self, **_: Any) -> dict[str, str]:
        raise self._error


def refused(code: str, said: str = "") -> Exception:
    return ClientError({"Error": {"Code": code, "Message": said}}, "SendEmail")


def fate(error: Exception, mail: Mail = MAIL) -> Exception:
    """Return what becomes of a mail when SES answers so."""
    with pytest.raises((MailRejected, MailUnavailable)) as fails:
        SesMailbox(Refusing(error), SENDER).send(mail)
    assert mail.to not in str(fails.value)
    return fails.value


def test_a_mail_goes_from_the_sender_to_its_recipient(connection: Callable[[str], Any]) -> None:
    ses = connection("sesv2")
    ses.create_email_identity(EmailIdentity=SENDER)
    message_id = SesMailbox(ses, SENDER).send(MAIL)

    (sent,) = (
        message
        for message in ses_backends[ACCOUNT][REGION].sent_messages
        if message.id == message_id
    )
    assert (sent.source, sent.destinations) == (SENDER, {"ToAddresses": [TO]})
    assert (sent.subject, sent.body) == (MAIL.subject, MAIL.html)


def test_a_sender_that_is_not_verified_is_told_by_name_with_what_to_do(
    connection: Callable[[str], Any],
) -> None:
    with pytest.raises(MailUnavailable) as fails:
        SesMailbox(connection("sesv2"), "nobody@fanfare.example").send(MAIL)

    assert str(fails.value).startswith(
        "SES does not send from nobody@fanfare.example (MessageRejected): verify the address or"
        " its domain in the SES console"
    )


@pytest.mark.parametrize(
    "error",
    [
        refused("MessageRejected", UNVERIFIED + SENDER),
        refused("MessageRejected", UNVERIFIED + f"{TO}, {SENDER}"),
        refused("MessageRejected", UNVERIFIED + "Shop@Fanfare.Example"),
        refused("MessageRejected", "Email address is not verified."),
        refused("MailFromDomainNotVerifiedException", "not verified"),
        refused("AccessDeniedException", f"not authorized on identity/{SENDER}"),
        refused("AccountSuspendedException"),
        refused("SendingPausedException"),
        refused("TooManyRequestsException"),
        refused("LimitExceededException"),
        refused("NotFoundException"),
        refused("InternalFailure"),
        ReadTimeoutError(endpoint_url="https://email"),
    ],
    ids=str,
)
def test_what_the_next_mail_would_suffer_as_well_is_tried_again(error: Exception) -> None:
    fails = fate(error)

    assert isinstance(fails, MailUnavailable)
    assert "is retried" in str(fails)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (refused("MessageRejected", UNVERIFIED + TO), "MessageRejected: unverified recipient"),
        (refused("MessageRejected", "Email contains illegal content."), "MessageRejected"),
        (refused("BadRequestException", f"Illegal address {TO}"), "BadRequestException"),
    ],
)
def test_what_concerns_this_mail_alone_is_final(error: Exception, reason: str) -> None:
    fails = fate(error)

    assert isinstance(fails, MailRejected)
    assert str(fails) == reason


@pytest.mark.parametrize("to", [f"my-{SENDER}", SENDER[1:]])
def test_a_recipient_whose_address_looks_like_the_senders_is_told_from_it(to: str) -> None:
    mail = Mail(to=to, subject="s", text="t", html="h")

    assert isinstance(fate(refused("MessageRejected", UNVERIFIED + to), mail), MailRejected)
    with pytest.raises(MailUnavailable):
        SesMailbox(Refusing(refused("MessageRejected", UNVERIFIED + SENDER)), SENDER).send(mail)


def test_a_late_answer_is_waited_for_and_the_mail_is_not_sent_again_meanwhile() -> None:
    client = client_factory(REGION)("sesv2")
    asked: list[object] = []

    def late(**_: Any) -> None:
        asked.append(1)
        raise ReadTimeoutError(endpoint_url="https://ses.invalid")

    client.meta.events.register_first("before-send.sesv2", late)

    with pytest.raises(MailUnavailable, match="ReadTimeoutError"):
        SesMailbox(client, SENDER).send(MAIL)
    assert len(asked) == 1


def test_a_batch_of_mails_fits_the_functions_timeout_however_late_ses_answers() -> None:
    one = client_factory(REGION)("sesv2").meta.config

    assert EMAIL.batch * (one.connect_timeout + one.read_timeout) < EMAIL.timeout
