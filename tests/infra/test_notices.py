"""Notices of SES: what a stage with a sender deploys for bounces and complaints."""

from dataclasses import replace
from typing import Any

import pytest

from functions.email.service import SERVICE as EMAIL
from functions.runtime import backoff
from infra.stage import DEV
from tests.infra.conftest import assembly_fixture
from tests.support.assembly import Assembly

STACK = "fanfare-dev-email"
mailing = assembly_fixture(
    "mailing-email", replace(DEV, sender="shop@mail.fanfare.example"), [EMAIL]
)


@pytest.fixture
def rule(mailing: Assembly) -> dict[str, Any]:
    return dict(mailing.only("AWS::Events::Rule", STACK))


def test_every_mail_goes_through_the_set_that_reports_bounces_and_complaints(
    mailing: Assembly,
) -> None:
    function = mailing.only("AWS::Lambda::Function", STACK)
    made = mailing.only("AWS::SES::ConfigurationSet", STACK)
    reports = mailing.only("AWS::SES::ConfigurationSetEventDestination", STACK)

    assert function["Environment"]["Variables"]["FANFARE_MAIL_SET"] == made["Name"]
    assert made["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    destination = reports["EventDestination"]
    assert destination["MatchingEventTypes"] == ["bounce", "complaint"]
    assert "default" in str(destination["EventBridgeDestination"]["EventBusArn"])
    assert destination["Enabled"]


def test_the_rule_takes_the_notices_of_its_own_set_only(
    mailing: Assembly, rule: dict[str, Any]
) -> None:
    made = mailing.only("AWS::SES::ConfigurationSet", STACK)

    assert rule["EventPattern"] == {
        "source": ["aws.ses"],
        "detail": {"mail": {"tags": {"ses:configuration-set": [made["Name"]]}}},
    }
    (target,) = rule["Targets"]
    assert target["InputPath"] == "$.detail"


def test_a_notice_outlasts_the_same_outage_as_a_message(mailing: Assembly) -> None:
    (queue,) = (
        each.properties
        for each in mailing.resources("AWS::SQS::Queue")
        if each.properties["QueueName"] == "fanfare-dev-email-notices"
    )

    receives = queue["RedrivePolicy"]["maxReceiveCount"]
    assert (receives - 1) * queue["VisibilityTimeout"] >= backoff.OUTAGE
    assert queue["VisibilityTimeout"] >= backoff.visibility(EMAIL.timeout)


def test_the_function_reads_both_queues(mailing: Assembly) -> None:
    sources = [
        each for each in mailing.resources("AWS::Lambda::EventSourceMapping") if each.stack == STACK
    ]

    assert len(sources) == 2
    assert all(
        each.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for each in sources
    )


def test_a_stage_without_a_sender_has_none_of_it(dev: Assembly) -> None:
    for kind in ("AWS::SES::ConfigurationSet", "AWS::SES::ConfigurationSetEventDestination"):
        assert not list(dev.resources(kind))
    assert not [
        each
        for each in dev.resources("AWS::SQS::Queue")
        if "notices" in str(each.properties["QueueName"])
    ]
