"""Credentials that do not work or lack a permission; a wrong clock; the local cloud."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from ops.cli.options import LOCAL, Options
from ops.doctor import clock, examine
from ops.doctor.finding import Verdict
from ops.stage.templates import Blueprint
from tests.ops.doctor.conftest import REGION, Account, only
from tests.support.blueprints import alarming, configured

READS = ("Get", "List", "Describe")


def test_only_reading_operations_are_called(aws: Account, dev: Blueprint, prod: Blueprint) -> None:
    called = set()
    for stage, blueprint in (("dev", dev), ("prod", prod)):
        aws.examined(blueprint, stage)
        called |= set(aws.calls)

    assert called
    assert {call for call in called if not call.startswith(READS)} == set()


@pytest.mark.parametrize("check", examine.CHECKS[2:], ids=lambda check: check.name)
def test_a_missing_permission_is_named(aws: Account, prod: Blueprint, check: Any) -> None:
    for operation in ("*", "GetAccountSettings"):
        aws.refuses(operation, "AccessDeniedException")
    aws.answers("GetCallerIdentity", Account="123456789012", Arn="arn:aws:iam::1:user/me")
    whole = configured(prod, "email", adapter="ses", sender="shop@example.com")
    whole = alarming(whole, f"arn:aws:sns:{REGION}:123456789012:on-call")

    finding = only(aws.examined(whole, "prod"), check.name)

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.message == f"These credentials lack {' or '.join(check.permissions)}."


def test_throttling_makes_a_check_unknown(aws: Account, dev: Blueprint) -> None:
    aws.refuses("GetParameter", "ThrottlingException", "Rate exceeded")

    finding = only(aws.examined(dev), "bootstrap")

    assert finding.verdict is Verdict.UNKNOWN
    assert "AWS throttles the requests (Rate exceeded)" in finding.message


def test_a_bug_of_a_check_is_no_finding(aws: Account, dev: Blueprint) -> None:
    aws.answers("GetParameter", Parameter={"Value": "twelve"})

    with pytest.raises(ValueError, match="twelve"):
        aws.examined(dev)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ExpiredToken", "have expired"),
        ("InvalidClientTokenId", "does not accept these credentials"),
    ],
)
def test_credentials_that_do_not_work_are_wrong_and_the_other_checks_unknown(
    aws: Account, dev: Blueprint, code: str, text: str
) -> None:
    aws.refuses("GetCallerIdentity", code)

    found = aws.examined(dev)

    wrong = only(found, "credentials")
    assert wrong.verdict is Verdict.WRONG
    assert text in wrong.message
    assert wrong.todo == ("aws sso login --profile NAME",)
    assert found.keys() == {check.name for check in examine.CHECKS}
    del found["credentials"]
    assert {only(found, name).verdict for name in found} == {Verdict.UNKNOWN}
    assert aws.calls == ["GetCallerIdentity"]


def test_credentials_that_could_not_be_tried_are_unknown(aws: Account, dev: Blueprint) -> None:
    aws.refuses("GetCallerIdentity", "ThrottlingException")

    finding = only(aws.examined(dev), "credentials")

    assert (finding.verdict, finding.todo) == (Verdict.UNKNOWN, ())


def test_a_missing_region_is_named(dev: Blueprint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    found = dict(examine.account(Options(stage="dev"), dev))

    assert found["credentials"].message.startswith("No AWS region is set")
    assert found["credentials"].todo == ("export AWS_DEFAULT_REGION=REGION",)


def test_an_unknown_profile_is_named(dev: Blueprint) -> None:
    found = dict(examine.account(Options(stage="dev", profile="nobody"), dev))

    assert "`aws configure list-profiles`" in found["credentials"].message
    assert found["credentials"].todo == ("aws configure list-profiles",)


# -- the clock -------------------------------------------------------------------------------------

HERE = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("off", "verdict"),
    [
        (timedelta(seconds=2), Verdict.OK),
        (timedelta(seconds=59), Verdict.OK),
        (timedelta(seconds=60), Verdict.WARNING),
        (timedelta(minutes=5), Verdict.WRONG),
        (timedelta(minutes=-5), Verdict.WRONG),
        (timedelta(hours=-2), Verdict.WRONG),
    ],
)
def test_the_verdict_on_a_clock_follows_from_its_difference(
    off: timedelta, verdict: Verdict
) -> None:
    finding = clock.compare(HERE + off, HERE)

    assert finding.verdict is verdict
    assert bool(finding.todo) is (verdict is not Verdict.OK)


def test_the_clock_is_compared_with_awss_answer(aws: Account, dev: Blueprint) -> None:
    ahead = format_datetime(datetime.now(UTC) + timedelta(minutes=20), usegmt=True)
    aws.answers(
        "GetCallerIdentity",
        Account="123456789012",
        Arn="arn:aws:iam::123456789012:user/me",
        ResponseMetadata={"HTTPHeaders": {"date": ahead}},
    )

    assert only(aws.examined(dev), "clock").verdict is Verdict.WRONG


def test_the_answer_to_a_refused_signature_has_the_time_as_well(
    aws: Account, dev: Blueprint
) -> None:
    then = format_datetime(HERE, usegmt=True)
    aws.refuses("GetCallerIdentity", "SignatureDoesNotMatch", date=then)

    found = aws.examined(dev)

    assert only(found, "credentials").verdict is Verdict.WRONG
    assert only(found, "clock").verdict is Verdict.WRONG


def test_an_answer_without_a_date_leaves_the_clock_unknown(aws: Account, dev: Blueprint) -> None:
    aws.answers("GetCallerIdentity", Account="123456789012", Arn="arn:aws:iam::1:user/me")

    assert only(aws.examined(dev), "clock").verdict is Verdict.UNKNOWN


# -- the local cloud -------------------------------------------------------------------------------


def test_the_local_cloud_is_checked_as_far_as_it_can_be(aws: Account, dev: Blueprint) -> None:
    found = aws.examined(dev, LOCAL)

    skipped = {name for name in found if only(found, name).verdict is Verdict.SKIPPED}
    assert skipped == {check.name for check in examine.CHECKS if check.skipped_locally}
    assert only(found, "stacks").verdict is Verdict.OK


def test_without_a_local_run_every_check_is_skipped(
    dev: Blueprint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.stage.local_run.live_runs", list)

    found = dict(examine.account(Options(stage=LOCAL), dev))

    assert {finding.verdict for finding in found.values()} == {Verdict.SKIPPED}
    assert "make run" in found["stacks"].message
