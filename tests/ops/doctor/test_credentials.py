"""Credentials that do not work, lack a right, or carry the time of a wrong clock."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from ops.cli.options import LOCAL, Options
from ops.doctor import clock, examine
from ops.doctor.finding import Verdict
from ops.stage.templates import Blueprint
from tests.ops.doctor.conftest import REGION, Account, only
from tests.support.blueprints import alarming, told

READS = ("Get", "List", "Describe")


def test_nothing_but_reading_is_ever_asked(there: Account, dev: Blueprint, prod: Blueprint) -> None:
    asked = set()
    for stage, blueprint in (("dev", dev), ("prod", prod)):
        there.examined(blueprint, stage)
        asked |= set(there.calls)

    assert asked
    assert {call for call in asked if not call.startswith(READS)} == set()


@pytest.mark.parametrize("check", examine.CHECKS[2:], ids=lambda check: check.name)
def test_a_right_that_is_missing_is_named(there: Account, prod: Blueprint, check: Any) -> None:
    for operation in ("*", "GetAccountSettings"):
        there.refuses(operation, "AccessDeniedException")
    there.answers("GetCallerIdentity", Account="123456789012", Arn="arn:aws:iam::1:user/me")
    whole = told(prod, "email", adapter="ses", sender="shop@example.com")
    whole = alarming(whole, f"arn:aws:sns:{REGION}:123456789012:on-call")

    finding = only(there.examined(whole, "prod"), check.name)

    assert finding.verdict is Verdict.UNSEEN
    assert finding.said == f"These credentials lack {' or '.join(check.asks)}."


def test_throttled_is_not_seen_and_no_mistake_of_ours(there: Account, dev: Blueprint) -> None:
    there.refuses("GetParameter", "ThrottlingException", "Rate exceeded")

    finding = only(there.examined(dev), "bootstrap")

    assert finding.verdict is Verdict.UNSEEN
    assert "AWS asks to go slower (Rate exceeded)" in finding.said


def test_a_mistake_of_ours_is_not_taken_for_a_finding(there: Account, dev: Blueprint) -> None:
    there.answers("GetParameter", Parameter={"Value": "twelve"})

    with pytest.raises(ValueError, match="twelve"):
        there.examined(dev)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ExpiredToken", "have expired"),
        ("InvalidClientTokenId", "does not accept these credentials"),
    ],
)
def test_credentials_that_do_not_work_are_one_thing_wrong_and_the_rest_unseen(
    there: Account, dev: Blueprint, code: str, says: str
) -> None:
    there.refuses("GetCallerIdentity", code)

    found = there.examined(dev)

    wrong = only(found, "credentials")
    assert wrong.verdict is Verdict.WRONG
    assert says in wrong.said
    assert wrong.todo == ("aws sso login --profile NAME",)
    assert found.keys() == {check.name for check in examine.CHECKS}
    del found["credentials"]
    assert {only(found, name).verdict for name in found} == {Verdict.UNSEEN}
    assert there.calls == ["GetCallerIdentity"]


def test_credentials_that_could_not_be_tried_are_not_called_wrong(
    there: Account, dev: Blueprint
) -> None:
    there.refuses("GetCallerIdentity", "ThrottlingException")

    finding = only(there.examined(dev), "credentials")

    assert (finding.verdict, finding.todo) == (Verdict.UNSEEN, ())


def test_no_region_is_said_as_such(dev: Blueprint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    found = dict(examine.account(Options(stage="dev"), dev))

    assert found["credentials"].said.startswith("No AWS region is set")
    assert found["credentials"].todo == ("export AWS_DEFAULT_REGION=REGION",)


def test_an_unknown_profile_is_said_as_such(dev: Blueprint) -> None:
    found = dict(examine.account(Options(stage="dev", profile="nobody"), dev))

    assert "`aws configure list-profiles`" in found["credentials"].said
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
def test_a_clock_is_judged_by_how_far_it_is_off(off: timedelta, verdict: Verdict) -> None:
    finding = clock.compared(HERE + off, HERE)

    assert finding.verdict is verdict
    assert bool(finding.todo) is (verdict is not Verdict.OK)


def test_the_clock_is_compared_with_awss_answer(there: Account, dev: Blueprint) -> None:
    ahead = format_datetime(datetime.now(UTC) + timedelta(minutes=20), usegmt=True)
    there.answers(
        "GetCallerIdentity",
        Account="123456789012",
        Arn="arn:aws:iam::123456789012:user/me",
        ResponseMetadata={"HTTPHeaders": {"date": ahead}},
    )

    assert only(there.examined(dev), "clock").verdict is Verdict.WRONG


def test_a_refused_signature_tells_the_time_as_well(there: Account, dev: Blueprint) -> None:
    then = format_datetime(HERE, usegmt=True)
    there.refuses("GetCallerIdentity", "SignatureDoesNotMatch", date=then)

    found = there.examined(dev)

    assert only(found, "credentials").verdict is Verdict.WRONG
    assert only(found, "clock").verdict is Verdict.WRONG


def test_an_answer_without_a_time_leaves_it_open(there: Account, dev: Blueprint) -> None:
    there.answers("GetCallerIdentity", Account="123456789012", Arn="arn:aws:iam::1:user/me")

    assert only(there.examined(dev), "clock").verdict is Verdict.UNSEEN


# -- the local cloud -------------------------------------------------------------------------------


def test_the_local_cloud_is_asked_what_it_can_tell(there: Account, dev: Blueprint) -> None:
    found = there.examined(dev, LOCAL)

    unasked = {name for name in found if only(found, name).verdict is Verdict.UNASKED}
    assert unasked == {check.name for check in examine.CHECKS if check.local}
    assert only(found, "stacks").verdict is Verdict.OK


def test_where_nothing_runs_nothing_is_asked(
    dev: Blueprint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.stage.local_run.alive", list)

    found = dict(examine.account(Options(stage=LOCAL), dev))

    assert {finding.verdict for finding in found.values()} == {Verdict.UNASKED}
    assert "make run" in found["stacks"].said
