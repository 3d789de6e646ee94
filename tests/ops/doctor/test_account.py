"""What the account must have: the CDK's toolkit, stacks that can be changed, room to run."""

from dataclasses import replace

import pytest

from ops.doctor.finding import Verdict
from ops.stage.templates import SOURCE, Blueprint
from tests.ops.doctor.conftest import REGION, Account, only

ACCOUNT = "123456789012"
PARAMETER = "/cdk-bootstrap/hnb659fds/version"


def stands(there: Account, **statuses: str) -> None:
    stacks = [
        {"StackName": f"fanfare-{part.replace('_', '-')}", "StackStatus": status}
        for part, status in statuses.items()
    ]
    there.answers("DescribeStacks", Stacks=stacks)


def all_stand(there: Account, blueprint: Blueprint) -> None:
    stacks = [
        {"StackName": stack.name, "StackStatus": "CREATE_COMPLETE"} for stack in blueprint.stacks
    ]
    there.answers("DescribeStacks", Stacks=stacks)


# -- the CDK's toolkit -----------------------------------------------------------------------------


def test_an_account_that_was_never_bootstrapped_is_told_how(there: Account, dev: Blueprint) -> None:
    finding = only(there.examined(dev), "bootstrap")

    assert finding.verdict is Verdict.WRONG
    assert finding.todo == (
        f"AWS_REGION={REGION} .venv/bin/cdk bootstrap aws://{ACCOUNT}/{REGION} -c stage=dev",
    )


@pytest.mark.parametrize(
    ("version", "verdict"), [("5", Verdict.WRONG), ("6", Verdict.OK), ("28", Verdict.OK)]
)
def test_the_toolkit_must_be_as_new_as_the_stacks_say(
    there: Account, dev: Blueprint, version: str, verdict: Verdict
) -> None:
    there.client("ssm").put_parameter(Name=PARAMETER, Value=version, Type="String")

    assert only(there.examined(dev), "bootstrap").verdict is verdict


# -- stacks ----------------------------------------------------------------------------------------


def test_with_no_stack_it_is_a_first_deployment(there: Account, dev: Blueprint) -> None:
    finding = only(there.examined(dev), "stacks")

    assert finding.verdict is Verdict.OK
    assert "first deployment" in finding.said


def test_stacks_that_stand_are_counted(there: Account, dev: Blueprint) -> None:
    all_stand(there, dev)

    assert (
        only(there.examined(dev), "stacks").said
        == f"{len(dev.stacks)} of {len(dev.stacks)} are there"
    )


@pytest.mark.parametrize(
    ("status", "verdict", "does"),
    [
        ("ROLLBACK_COMPLETE", Verdict.WRONG, "delete-stack"),
        ("ROLLBACK_FAILED", Verdict.WRONG, "delete-stack"),
        ("CREATE_FAILED", Verdict.WRONG, "delete-stack"),
        ("DELETE_FAILED", Verdict.WRONG, "delete-stack"),
        ("UPDATE_ROLLBACK_FAILED", Verdict.WRONG, "continue-update-rollback"),
        ("UPDATE_IN_PROGRESS", Verdict.WARNING, "describe-stack-events"),
        ("UPDATE_ROLLBACK_COMPLETE", Verdict.WARNING, "describe-stack-events"),
    ],
)
def test_a_stack_in_a_bad_state_is_named_with_the_way_out(
    there: Account, dev: Blueprint, status: str, verdict: Verdict, does: str
) -> None:
    stands(there, dev_bus="UPDATE_COMPLETE", dev_payment=status)

    finding = there.examined(dev)["stacks"][-1]

    assert finding.verdict is verdict
    assert "fanfare-dev-payment" in finding.said
    assert finding.todo[-1] == (
        f"aws cloudformation {does} --stack-name fanfare-dev-payment"
        + (" --max-items 20" if does.endswith("events") else "")
        + f" --region {REGION}"
    )


def test_a_protected_stack_is_let_go_of_before_it_is_deleted(
    there: Account, prod: Blueprint
) -> None:
    stands(there, prod_bus="ROLLBACK_COMPLETE")

    todo = only(there.examined(prod, "prod"), "stacks").todo

    assert "--no-enable-termination-protection" in todo[-2]
    assert "delete-stack" in todo[-1]


def test_the_stacks_of_others_are_none_of_its_business(there: Account, dev: Blueprint) -> None:
    stands(there, prod_bus="ROLLBACK_FAILED", develop="CREATE_FAILED")

    finding = only(there.examined(dev), "stacks")

    assert finding.verdict is Verdict.OK
    assert "first deployment" in finding.said


def test_all_pages_of_the_accounts_stacks_are_read(there: Account, dev: Blueprint) -> None:
    other = [{"StackName": "other", "StackStatus": "CREATE_COMPLETE"}]
    ours = [{"StackName": "fanfare-dev-bus", "StackStatus": "CREATE_FAILED"}]
    there.answers("DescribeStacks", {"Stacks": other, "NextToken": "2"}, {"Stacks": ours})

    assert only(there.examined(dev), "stacks").verdict is Verdict.WRONG


def test_a_stack_whose_row_is_gone_is_to_be_retired(there: Account, dev: Blueprint) -> None:
    stands(there, dev_loyalty="CREATE_COMPLETE")

    finding = there.examined(dev)["stacks"][-1]

    assert finding.verdict is Verdict.WARNING
    assert finding.todo == ("fanfare retire loyalty --stage dev",)


# -- what was kept ---------------------------------------------------------------------------------


def keep(there: Account, table: str) -> None:
    there.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "subject", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "subject", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def test_a_table_without_its_stack_is_in_the_way(there: Account, prod: Blueprint) -> None:
    keep(there, "fanfare-prod-log")

    finding = only(there.examined(prod, "prod"), "leftovers")

    assert finding.verdict is Verdict.WRONG
    assert finding.said.startswith("fanfare-prod-log: kept")
    assert finding.todo[0].endswith(".venv/bin/cdk import fanfare-prod-bus -c stage=prod")


def test_a_table_with_its_stack_is_where_it_belongs(there: Account, prod: Blueprint) -> None:
    keep(there, "fanfare-prod-log")
    all_stand(there, prod)

    assert only(there.examined(prod, "prod"), "leftovers").verdict is Verdict.OK
    assert "DescribeTable" not in there.calls


# -- room to run -----------------------------------------------------------------------------------


def most(blueprint: Blueprint) -> int:
    scaling = [source.get("ScalingConfig") for source in blueprint.properties(SOURCE)]
    return sum(each["MaximumConcurrency"] if each else 1 for each in scaling)


def test_a_new_accounts_ten_functions_are_too_few(there: Account, dev: Blueprint) -> None:
    there.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": 10})

    finding = only(there.examined(dev), "concurrency")

    assert finding.verdict is Verdict.WARNING
    assert f"10 functions at once; consumers and relay alone may take {most(dev)}" in finding.said
    assert "request-service-quota-increase --service-code lambda" in finding.todo[0]


@pytest.mark.parametrize(("more", "verdict"), [(0, Verdict.WARNING), (1, Verdict.OK)])
def test_the_quota_must_leave_room_for_the_api(
    there: Account, dev: Blueprint, more: int, verdict: Verdict
) -> None:
    there.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": most(dev) + more})

    assert only(there.examined(dev), "concurrency").verdict is verdict


def test_what_was_asked_for_is_not_asked_for_again(there: Account, dev: Blueprint) -> None:
    there.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": 10})
    asked = {"Status": "CASE_OPENED", "DesiredValue": 1000.0}
    there.answers("ListRequestedServiceQuotaChangeHistoryByQuota", RequestedQuotas=[asked])

    finding = only(there.examined(dev), "concurrency")

    assert "You have asked for 1,000" in finding.said
    assert "request-service-quota-increase" not in finding.todo[0]


def test_without_a_right_to_see_quotas_asked_for_the_warning_stays(
    there: Account, dev: Blueprint
) -> None:
    there.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": 10})
    there.refuses("ListRequestedServiceQuotaChangeHistoryByQuota", "AccessDeniedException")

    assert only(there.examined(dev), "concurrency").verdict is Verdict.WARNING


# -- where the stage belongs -----------------------------------------------------------------------


def bound(blueprint: Blueprint, account: str | None, region: str | None) -> Blueprint:
    stacks = (replace(stack, account=account, region=region) for stack in blueprint.stacks)
    return Blueprint(tuple(stacks))


@pytest.mark.parametrize(
    ("account", "region", "says"),
    [
        ("999999999999", None, "bound to account 999999999999"),
        (None, "us-east-1", "bound to region"),
    ],
)
def test_credentials_of_another_place_are_refused(
    there: Account, dev: Blueprint, account: str | None, region: str | None, says: str
) -> None:
    finding = only(there.examined(bound(dev, account, region)), "credentials")

    assert finding.verdict is Verdict.WRONG
    assert says in finding.said


def test_credentials_of_the_right_place_are_named(there: Account, dev: Blueprint) -> None:
    finding = only(there.examined(bound(dev, ACCOUNT, REGION)), "credentials")

    assert finding.verdict is Verdict.OK
    assert finding.said.startswith("arn:aws:sts::")
    assert finding.said.endswith(f" in {REGION}")


def test_the_roots_credentials_are_warned_of(there: Account, dev: Blueprint) -> None:
    root = f"arn:aws:iam::{ACCOUNT}:root"
    there.answers("GetCallerIdentity", Account=ACCOUNT, Arn=root)

    assert only(there.examined(dev), "credentials").verdict is Verdict.WARNING
