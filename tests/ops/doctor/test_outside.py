"""Checks of services outside of the stage: mail, secrets of providers, alarm topics."""

import pytest

from ops.doctor.finding import Verdict
from ops.stage.templates import Blueprint
from tests.ops.doctor.conftest import REGION, Account, only
from tests.support.blueprints import alarming, configured

SENDER = "shop@example.com"
KEY = "sk_{}_51H8examplekeyexamplekey"
SECRET = "fanfare-prod-payment"
TOPIC = f"arn:aws:sns:{REGION}:123456789012:on-call"


# -- mail ------------------------------------------------------------------------------------------


@pytest.fixture
def mailing(dev: Blueprint) -> Blueprint:
    return configured(dev, "email", adapter="ses", sender=SENDER)


def ses_account(aws: Account, *, production: bool = True, sending: bool = True) -> None:
    aws.answers(
        "GetAccount",
        ProductionAccessEnabled=production,
        SendingEnabled=sending,
        SendQuota={"MaxSendRate": 14.0},
    )


def test_without_a_sender_there_is_nothing_to_verify(aws: Account, dev: Blueprint) -> None:
    assert only(aws.examined(dev), "mail").verdict is Verdict.OK
    assert "GetAccount" not in aws.calls


def test_no_sender_is_a_warning_on_a_protected_stage(aws: Account, prod: Blueprint) -> None:
    assert only(aws.examined(prod, "prod"), "mail").verdict is Verdict.WARNING


def test_a_sender_that_ses_does_not_know_is_wrong(aws: Account, mailing: Blueprint) -> None:
    ses_account(aws)

    unknown, _ = aws.examined(mailing)["mail"]

    assert unknown.verdict is Verdict.WRONG
    assert unknown.todo == (
        f"aws sesv2 create-email-identity --email-identity example.com --region {REGION}",
    )


@pytest.mark.parametrize("identity", [SENDER, "example.com"])
@pytest.mark.parametrize(("verified", "verdict"), [(False, Verdict.WRONG), (True, Verdict.OK)])
def test_the_address_or_its_domain_must_be_verified(
    aws: Account, mailing: Blueprint, identity: str, verified: bool, verdict: Verdict
) -> None:
    ses_account(aws)
    aws.client("sesv2").create_email_identity(EmailIdentity=identity)
    aws.answers("GetEmailIdentity", VerifiedForSendingStatus=verified)

    sender, account = aws.examined(mailing)["mail"]

    assert (sender.verdict, account.verdict) == (verdict, Verdict.OK)


def test_an_identity_that_moto_created_is_found(aws: Account, mailing: Blueprint) -> None:
    ses_account(aws)
    aws.client("sesv2").create_email_identity(EmailIdentity="example.com")

    sender, _ = aws.examined(mailing)["mail"]

    assert "SES does not know" not in sender.message


@pytest.mark.parametrize(
    ("production", "sending", "verdict", "does"),
    [
        (False, True, Verdict.WARNING, "put-account-details --production-access-enabled"),
        (True, False, Verdict.WRONG, "get-account"),
    ],
)
def test_the_accounts_limits_in_ses_are_reported(
    aws: Account,
    mailing: Blueprint,
    production: bool,
    sending: bool,
    verdict: Verdict,
    does: str,
) -> None:
    ses_account(aws, production=production, sending=sending)

    finding = aws.examined(mailing)["mail"][-1]

    assert finding.verdict is verdict
    assert does in finding.todo[0]


# -- secrets ---------------------------------------------------------------------------------------


def create_secret(aws: Account, key: str) -> None:
    aws.client("secretsmanager").create_secret(Name=SECRET, SecretString=key)


def test_a_missing_secret_is_wrong(aws: Account, prod: Blueprint) -> None:
    finding = only(aws.examined(prod, "prod"), "secrets")

    assert finding.verdict is Verdict.WRONG
    assert f"create-secret --name {SECRET} " in finding.todo[0]


def test_a_deleted_secret_can_be_restored(aws: Account, prod: Blueprint) -> None:
    create_secret(aws, KEY.format("live"))
    aws.client("secretsmanager").delete_secret(SecretId=SECRET)

    finding = only(aws.examined(prod, "prod"), "secrets")

    assert finding.verdict is Verdict.WRONG
    assert "restore-secret" in finding.todo[0]


@pytest.mark.parametrize(
    ("key", "verdict"),
    [
        (KEY.format("live"), Verdict.OK),
        ("rk_live_51H8example\n", Verdict.OK),
        (KEY.format("test"), Verdict.WARNING),
        ("pk_live_51H8example", Verdict.WRONG),
        ('{"key": "sk_live_51H8"}', Verdict.WRONG),
        ("sk_live_51H8 example", Verdict.WRONG),
        ("swordfish", Verdict.WRONG),
    ],
)
def test_a_protected_stage_needs_a_live_key_which_is_never_shown(
    aws: Account, prod: Blueprint, key: str, verdict: Verdict
) -> None:
    create_secret(aws, key)

    found = aws.examined(prod, "prod")

    assert only(found, "secrets").verdict is verdict
    assert key.strip() not in str(found)
    assert "51H8" not in str(found)


def test_an_unprotected_stage_must_not_charge_real_cards(aws: Account, dev: Blueprint) -> None:
    create_secret(aws, KEY.format("live"))
    charging = configured(dev, "payment", adapter="stripe", secret=SECRET)

    assert only(aws.examined(charging), "secrets").verdict is Verdict.WRONG


def test_the_secret_of_another_provider_need_only_exist(aws: Account, dev: Blueprint) -> None:
    create_secret(aws, "whatever")
    another = configured(dev, "payment", adapter="another", secret=SECRET)

    assert only(aws.examined(another), "secrets").verdict is Verdict.OK


def test_with_sandboxes_no_secret_is_read(aws: Account, dev: Blueprint) -> None:
    assert only(aws.examined(dev), "secrets").verdict is Verdict.OK
    assert "GetSecretValue" not in aws.calls


# -- alarms ----------------------------------------------------------------------------------------


def test_alarms_without_a_topic_are_a_warning_on_a_protected_stage(
    aws: Account, dev: Blueprint, prod: Blueprint
) -> None:
    assert only(aws.examined(dev), "alarms").verdict is Verdict.OK
    finding = only(aws.examined(prod, "prod"), "alarms")
    assert finding.verdict is Verdict.WARNING
    assert [command.split()[2] for command in finding.todo] == ["create-topic", "subscribe"]


def test_a_missing_topic_is_wrong(aws: Account, dev: Blueprint) -> None:
    finding = only(aws.examined(alarming(dev, TOPIC)), "alarms")

    assert finding.verdict is Verdict.WRONG
    assert "create-topic --name on-call " in finding.todo[0]


@pytest.mark.parametrize(
    ("confirmed", "pending", "verdict", "text"),
    [
        ("0", "0", Verdict.WRONG, "has no subscription:"),
        ("0", "1", Verdict.WRONG, "has 1 unconfirmed subscription:"),
        ("1", "0", Verdict.OK, "topic: 1"),
    ],
)
def test_a_topic_needs_a_confirmed_subscription(
    aws: Account, dev: Blueprint, confirmed: str, pending: str, verdict: Verdict, text: str
) -> None:
    attributes = {"SubscriptionsConfirmed": confirmed, "SubscriptionsPending": pending}
    aws.answers("GetTopicAttributes", Attributes=attributes)

    finding = only(aws.examined(alarming(dev, TOPIC)), "alarms")

    assert finding.verdict is verdict
    assert text in finding.message


@pytest.mark.parametrize(
    ("key", "verdict"),
    [
        ("alias/aws/sns", Verdict.WRONG),
        (f"arn:aws:kms:{REGION}:123456789012:alias/aws/sns", Verdict.WRONG),
        ("alias/on-call", Verdict.OK),
    ],
)
def test_a_topic_whose_key_cloudwatch_may_not_use_is_wrong(
    aws: Account, dev: Blueprint, key: str, verdict: Verdict
) -> None:
    attributes = {"SubscriptionsConfirmed": "1", "SubscriptionsPending": "0", "KmsMasterKeyId": key}
    aws.answers("GetTopicAttributes", Attributes=attributes)

    assert only(aws.examined(alarming(dev, TOPIC)), "alarms").verdict is verdict


def test_a_topic_that_moto_created_is_checked(aws: Account, dev: Blueprint) -> None:
    sns = aws.client("sns")
    topic = sns.create_topic(Name="on-call")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="on-call@example.com")

    finding = only(aws.examined(alarming(dev, topic)), "alarms")

    assert finding.verdict is Verdict.WRONG
    assert f"alarms go to {topic}" in finding.message


def test_a_topic_in_another_region_is_wrong(aws: Account, dev: Blueprint) -> None:
    finding = only(aws.examined(alarming(dev, TOPIC.replace(REGION, "us-east-1"))), "alarms")

    assert finding.verdict is Verdict.WRONG
    assert "GetTopicAttributes" not in aws.calls
