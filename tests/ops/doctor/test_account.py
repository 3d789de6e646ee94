"""Account checks: bootstrap, stacks, leftovers, concurrency, account and region."""

from dataclasses import replace

import pytest

from ops.doctor.finding import Verdict
from ops.stage.templates import SOURCE, Blueprint
from tests.ops.doctor.conftest import REGION, Account, only

ACCOUNT = "123456789012"
PARAMETER = "/cdk-bootstrap/hnb659fds/version"


def existing_stacks(aws: Account, **statuses: str) -> None:
    stacks = [
        {"StackName": f"fanfare-{part.replace('_', '-')}", "StackStatus": status}
        for part, status in statuses.items()
    ]
    aws.answers("DescribeStacks", Stacks=stacks)


def all_stacks_exist(aws: Account, blueprint: Blueprint) -> None:
    stacks = [
        {"StackName": stack.name, "StackStatus": "CREATE_COMPLETE"} for stack in blueprint.stacks
    ]
    aws.answers("DescribeStacks", Stacks=stacks)


# -- the CDK's toolkit -----------------------------------------------------------------------------


def test_an_account_without_the_toolkit_gets_the_bootstrap_command(
    aws: Account, dev: Blueprint
) -> None:
    finding = only(aws.examined(dev), "bootstrap")

    assert finding.verdict is Verdict.WRONG
    assert finding.todo == (
        f"AWS_REGION={REGION} .venv/bin/cdk bootstrap aws://{ACCOUNT}/{REGION} -c stage=dev",
    )


@pytest.mark.parametrize(
    ("version", "verdict"), [("5", Verdict.WRONG), ("6", Verdict.OK), ("28", Verdict.OK)]
)
def test_the_toolkit_must_be_as_new_as_the_stacks_say(
    aws: Account, dev: Blueprint, version: str, verdict: Verdict
) -> None:
    aws.client("ssm").put_parameter(Name=PARAMETER, Value=version, Type="String")

    assert only(aws.examined(dev), "bootstrap").verdict is verdict


# -- stacks ----------------------------------------------------------------------------------------


def test_without_any_stack_it_is_a_first_deployment(aws: Account, dev: Blueprint) -> None:
    finding = only(aws.examined(dev), "stacks")

    assert finding.verdict is Verdict.OK
    assert "first deployment" in finding.message


def test_existing_stacks_are_counted(aws: Account, dev: Blueprint) -> None:
    all_stacks_exist(aws, dev)

    assert (
        only(aws.examined(dev), "stacks").message == f"{len(dev.stacks)} of {len(dev.stacks)} exist"
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
def test_a_stack_in_a_bad_state_is_named_with_a_command(
    aws: Account, dev: Blueprint, status: str, verdict: Verdict, does: str
) -> None:
    existing_stacks(aws, dev_bus="UPDATE_COMPLETE", dev_payment=status)

    finding = aws.examined(dev)["stacks"][-1]

    assert finding.verdict is verdict
    assert "fanfare-dev-payment" in finding.message
    assert finding.todo[-1] == (
        f"aws cloudformation {does} --stack-name fanfare-dev-payment"
        + (" --max-items 20" if does.endswith("events") else "")
        + f" --region {REGION}"
    )


def test_a_protected_stack_loses_its_protection_before_it_is_deleted(
    aws: Account, prod: Blueprint
) -> None:
    existing_stacks(aws, prod_bus="ROLLBACK_COMPLETE")

    todo = only(aws.examined(prod, "prod"), "stacks").todo

    assert "--no-enable-termination-protection" in todo[-2]
    assert "delete-stack" in todo[-1]


def test_stacks_of_other_stages_are_ignored(aws: Account, dev: Blueprint) -> None:
    existing_stacks(aws, prod_bus="ROLLBACK_FAILED", develop="CREATE_FAILED")

    finding = only(aws.examined(dev), "stacks")

    assert finding.verdict is Verdict.OK
    assert "first deployment" in finding.message


def test_all_pages_of_the_accounts_stacks_are_read(aws: Account, dev: Blueprint) -> None:
    other = [{"StackName": "other", "StackStatus": "CREATE_COMPLETE"}]
    ours = [{"StackName": "fanfare-dev-bus", "StackStatus": "CREATE_FAILED"}]
    aws.answers("DescribeStacks", {"Stacks": other, "NextToken": "2"}, {"Stacks": ours})

    assert only(aws.examined(dev), "stacks").verdict is Verdict.WRONG


def test_a_stack_without_a_row_in_the_map_is_to_be_retired(aws: Account, dev: Blueprint) -> None:
    existing_stacks(aws, dev_exampleloyalty="CREATE_COMPLETE")

    finding = aws.examined(dev)["stacks"][-1]

    assert finding.verdict is Verdict.WARNING
    assert finding.todo == ("fanfare retire exampleloyalty --stage dev",)


# -- leftovers -------------------------------------------------------------------------------------


def create_table(aws: Account, table: str) -> None:
    aws.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "subject", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "subject", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def test_a_table_without_its_stack_is_wrong(aws: Account, prod: Blueprint) -> None:
    create_table(aws, "fanfare-prod-log")

    finding = only(aws.examined(prod, "prod"), "leftovers")

    assert finding.verdict is Verdict.WRONG
    assert finding.message.startswith("fanfare-prod-log: kept")
    assert finding.todo[0].endswith(".venv/bin/cdk import fanfare-prod-bus -c stage=prod")


def test_a_table_with_its_stack_is_ok(aws: Account, prod: Blueprint) -> None:
    create_table(aws, "fanfare-prod-log")
    all_stacks_exist(aws, prod)

    assert only(aws.examined(prod, "prod"), "leftovers").verdict is Verdict.OK
    assert "DescribeTable" not in aws.calls


# -- concurrency -----------------------------------------------------------------------------------


def most(blueprint: Blueprint) -> int:
    scaling = [source.get("ScalingConfig") for source in blueprint.properties(SOURCE)]
    return sum(each["MaximumConcurrency"] if each else 1 for each in scaling)


def test_a_new_accounts_ten_functions_are_too_few(aws: Account, dev: Blueprint) -> None:
    aws.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": 10})

    finding = only(aws.examined(dev), "concurrency")

    assert finding.verdict is Verdict.WARNING
    assert f"10 functions at once; consumers and relay alone may use {most(dev)}" in finding.message
    assert "request-service-quota-increase --service-code lambda" in finding.todo[0]


@pytest.mark.parametrize(("more", "verdict"), [(0, Verdict.WARNING), (1, Verdict.OK)])
def test_the_quota_must_leave_room_for_the_api(
    aws: Account, dev: Blueprint, more: int, verdict: Verdict
) -> None:
    aws.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": most(dev) + more})

    assert only(aws.examined(dev), "concurrency").verdict is verdict


def test_a_requested_increase_is_not_requested_again(aws: Account, dev: Blueprint) -> None:
    aws.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": 10})
    requested = {"Status": "CASE_OPENED", "DesiredValue": 1000.0}
    aws.answers("ListRequestedServiceQuotaChangeHistoryByQuota", RequestedQuotas=[requested])

    finding = only(aws.examined(dev), "concurrency")

    assert "You have requested 1,000" in finding.message
    assert "request-service-quota-increase" not in finding.todo[0]


def test_without_permission_to_list_requested_quotas_the_warning_stays(
    aws: Account, dev: Blueprint
) -> None:
    aws.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": 10})
    aws.refuses("ListRequestedServiceQuotaChangeHistoryByQuota", "AccessDeniedException")

    assert only(aws.examined(dev), "concurrency").verdict is Verdict.WARNING


# -- account and region ----------------------------------------------------------------------------


def bound(blueprint: Blueprint, account: str | None, region: str | None) -> Blueprint:
    stacks = (replace(stack, account=account, region=region) for stack in blueprint.stacks)
    return Blueprint(tuple(stacks))


@pytest.mark.parametrize(
    ("account", "region", "text"),
    [
        ("999999999999", None, "bound to account 999999999999"),
        (None, "us-east-1", "bound to region"),
    ],
)
def test_credentials_of_another_account_or_region_are_wrong(
    aws: Account, dev: Blueprint, account: str | None, region: str | None, text: str
) -> None:
    finding = only(aws.examined(bound(dev, account, region)), "credentials")

    assert finding.verdict is Verdict.WRONG
    assert text in finding.message


def test_credentials_of_the_right_account_and_region_are_named(
    aws: Account, dev: Blueprint
) -> None:
    finding = only(aws.examined(bound(dev, ACCOUNT, REGION)), "credentials")

    assert finding.verdict is Verdict.OK
    assert finding.message.startswith("arn:aws:sts::")
    assert finding.message.endswith(f" in {REGION}")


def test_root_credentials_are_a_warning(aws: Account, dev: Blueprint) -> None:
    root = f"arn:aws:iam::{ACCOUNT}:root"
    aws.answers("GetCallerIdentity", Account=ACCOUNT, Arn=root)

    assert only(aws.examined(dev), "credentials").verdict is Verdict.WARNING
