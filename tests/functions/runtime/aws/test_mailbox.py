"""The mailbox on SES: the sent mail, temporary errors and refusals."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.ses.models import ses_backends

from functions.email.service import SERVICE as EMAIL
from functions.framework.ports import Mail, MailRejected, MailUnavailable
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.mailbox import MAY_REJECT, REMEDIES, SesMailbox
from tests.support.template import ACCOUNT, REGION

SENDER = "shop@fanfare.example"
TO = "robin@example.com"
MAIL = Mail(to=TO, subject="Your order", text="It is placed.", html="<p>It is placed.</p>")
UNVERIFIED = (
    "Email address is not verified. The following identities failed the check in region"
    f" {REGION.upper()}: "
)
SEND_EMAIL = client_factory(REGION)("sesv2").meta.service_model.operation_model("SendEmail")
PAUSED = (
    "Sending paused for this account. For more information, please check the inbox of the email"
    " address associated with your AWS account."
)


class Refusing:
    """An SES client that raises an error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def send_email(self, **_: Any) -> dict[str, str]:
        raise self._error


def refused(code: str, message: str = "") -> Exception:
    return ClientError({"Error": {"Code": code, "Message": message}}, "SendEmail")


def raised(error: Exception, mail: Mail = MAIL) -> Exception:
    """Return the error of the mailbox for an error of SES."""
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


def test_an_unverified_sender_is_an_error_with_its_address_and_a_remedy(
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
        refused("MessageRejected", PAUSED),
        refused("MessageRejected", PAUSED.replace("paused", "suspended")),
        refused("MessageRejected", "Email sending for the configuration set shop is paused."),
        refused("MessageRejected", "Daily message quota exceeded."),
        refused("MessageRejected"),
        refused("BadRequestException", "Maximum sending rate exceeded."),
        refused("BadRequestException", "The tag contains a slash."),
        refused("BadRequestException", "Tenant shop is suspended: its address"),
        refused("AccountSendingPausedException", PAUSED),
        refused("ConfigurationSetSendingPausedException"),
        refused("ThrottlingException", "Daily message quota exceeded."),
        refused("Throttling", "Maximum sending rate exceeded."),
        refused("InvalidParameterValue"),
        refused("ServiceUnavailable"),
        refused("SendingPausedException"),
        refused("TooManyRequestsException"),
        refused("LimitExceededException"),
        refused("NotFoundException"),
        refused("InternalFailure"),
        ReadTimeoutError(endpoint_url="https://email"),
    ],
    ids=str,
)
def test_an_error_that_concerns_every_mail_is_retried(error: Exception) -> None:
    fails = raised(error)

    assert isinstance(fails, MailUnavailable)
    assert "is retried" in str(fails)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (refused("MessageRejected", UNVERIFIED + TO), "MessageRejected: unverified recipient"),
        (refused("MessageRejected", "Email contains illegal content."), "MessageRejected"),
        (refused("BadRequestException", f"Illegal address {TO}"), "BadRequestException"),
        (refused("BadRequestException", "Domain contains dot-dot"), "BadRequestException"),
        (refused("BadRequestException", "Missing final '@domain'"), "BadRequestException"),
        (
            refused("BadRequestException", "Local address contains control or whitespace"),
            "BadRequestException",
        ),
        (refused("MessageRejected", "Address blacklisted."), "MessageRejected"),
        (refused("MessageRejected", "Message length is more than 10485760"), "MessageRejected"),
    ],
)
def test_an_error_that_concerns_only_this_mail_is_final(error: Exception, reason: str) -> None:
    fails = raised(error)

    assert isinstance(fails, MailRejected)
    assert str(fails) == reason


@pytest.mark.parametrize("to", [f"my-{SENDER}", SENDER[1:]])
def test_a_recipient_with_an_address_like_the_senders_is_distinguished_from_it(to: str) -> None:
    mail = Mail(to=to, subject="s", text="t", html="h")

    assert isinstance(raised(refused("MessageRejected", UNVERIFIED + to), mail), MailRejected)
    with pytest.raises(MailUnavailable):
        SesMailbox(Refusing(refused("MessageRejected", UNVERIFIED + SENDER)), SENDER).send(mail)


def test_an_address_with_a_word_of_an_outage_is_still_refused() -> None:
    mail = Mail(to="quota@rate.example", subject="s", text="t", html="h")

    error = refused("BadRequestException", f"Illegal address {mail.to}")
    assert isinstance(raised(error, mail), MailRejected)


@pytest.mark.parametrize("code", [error.name for error in SEND_EMAIL.error_shapes])
def test_each_error_that_ses_documents_names_what_to_do(code: str) -> None:
    fails = raised(refused(code))

    assert isinstance(fails, MailUnavailable)
    assert code in {*REMEDIES, *MAY_REJECT}


def test_a_domain_of_other_scripts_is_encoded(connection: Callable[[str], Any]) -> None:
    ses = connection("sesv2")
    ses.create_email_identity(EmailIdentity=SENDER)

    SesMailbox(ses, SENDER).send(msgspec.structs.replace(MAIL, to="kunde@müller.de"))

    sent = ses_backends[ACCOUNT][REGION].sent_messages[-1]
    assert sent.destinations == {"ToAddresses": ["kunde@xn--mller-kva.de"]}


class Accepting:
    """An SES client that keeps its calls."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def send_email(self, **call: Any) -> dict[str, str]:
        self.calls.append(call)
        return {"MessageId": "m"}


def test_a_mail_names_the_configuration_set_and_its_order() -> None:
    client = Accepting()

    SesMailbox(client, SENDER, "fanfare-dev-email").send(
        msgspec.structs.replace(MAIL, order="5WQFM8Q1XK3T7ZC0R9N2HDBJE4")
    )
    SesMailbox(client, SENDER).send(MAIL)

    reported, plain = client.calls
    assert reported["ConfigurationSetName"] == "fanfare-dev-email"
    assert reported["EmailTags"] == [{"Name": "order", "Value": "5WQFM8Q1XK3T7ZC0R9N2HDBJE4"}]
    assert not {"ConfigurationSetName", "EmailTags"} & plain.keys()


def test_an_address_that_ses_would_read_as_another_is_not_given_to_it() -> None:
    mail = msgspec.structs.replace(MAIL, to="robin<victim@example.com")

    refused = raised(AssertionError("SES is called"), mail)

    assert isinstance(refused, MailRejected)
    assert str(refused).startswith("invalid address: the part before the @")


def test_a_read_timeout_is_not_retried_by_the_sdk() -> None:
    client = client_factory(REGION)("sesv2")
    sent: list[object] = []

    def late(**_: Any) -> None:
        sent.append(1)
        raise ReadTimeoutError(endpoint_url="https://ses.invalid")

    client.meta.events.register_first("before-send.sesv2", late)

    with pytest.raises(MailUnavailable, match="ReadTimeoutError"):
        SesMailbox(client, SENDER).send(MAIL)
    assert len(sent) == 1


def test_the_timeouts_of_a_batch_of_mails_are_below_the_functions_timeout() -> None:
    one = client_factory(REGION)("sesv2").meta.config

    assert EMAIL.batch * (one.connect_timeout + one.read_timeout) < EMAIL.timeout
