"""Account checks: bootstrap, stacks, leftovers, concurrency, account and region."""

from dataclasses import replace

import pytest

from ops.doctor.finding import Verdict
from ops.stage.templates import SOURCE, Blueprint
from tests.ops.doctor.conftest import REGION, Account, only

ACCOUNT = "123456789012"
PARAMETER = "/cdk-bootstrap/hnb659fds/version"


def existing_stacks(there: Account, **statuses: str) -> None:
    stacks = [
        {"StackName": f"fanfare-{part.replace('_', '-')}", "StackStatus": status}
        for part, status in statuses.items()
    ]
    there.answers("DescribeStacks", Stacks=stacks)


def all_stacks_exist(there: Account, blueprint: Blueprint) -> None:
    stacks = [
        {"StackName": stack.name, "StackStatus": "CREATE_COMPLETE"} for stack in blueprint.stacks
    ]
    there.answers("DescribeStacks", Stacks=stacks)


# -- the CDK's toolkit -----------------------------------------------------------------------------


def test_an_account_without_the_toolkit_gets_the_bootstrap_command(
    there: Account, dev: Blueprint
) -> None:
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


def test_without_any_stack_it_is_a_first_deployment(there: Account, dev: Blueprint) -> None:
    finding = only(there.examined(dev), "stacks")

    assert finding.verdict is Verdict.OK
    assert "first deployment" in finding.message


def test_existing_stacks_are_counted(there: Account, dev: Blueprint) -> None:
    all_stacks_exist(there, dev)

    assert (
        only(there.examined(dev), "stacks").message
        == f"{len(dev.stacks)} of {len(dev.stacks)} exist"
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
    there: Account, dev: Blueprint, status: str, verdict: Verdict, does: str
) -> None:
    existing_stacks(there, dev_bus="UPDATE_COMPLETE", dev_payment=status)

    finding = there.examined(dev)["stacks"][-1]

    assert finding.verdict is verdict
    assert "fanfare-dev-payment" in finding.message
    assert finding.todo[-1] == (
        f"aws cloudformation {does} --stack-name fanfare-dev-payment"
        + (" --max-items 20" if does.endswith("events") else "")
        + f" --region {REGION}"
    )


def test_a_protected_stack_loses_its_protection_before_it_is_deleted(
    there: Account, prod: Blueprint
) -> None:
    existing_stacks(there, prod_bus="ROLLBACK_COMPLETE")

    todo = only(there.examined(prod, "prod"), "stacks").todo

    assert "--no-enable-termination-protection" in todo[-2]
    assert "delete-stack" in todo[-1]


def test_stacks_of_other_stages_are_ignored(there: Account, dev: Blueprint) -> None:
    existing_stacks(there, prod_bus="ROLLBACK_FAILED", develop="CREATE_FAILED")

    finding = only(there.examined(dev), "stacks")

    assert finding.verdict is Verdict.OK
    assert "first deployment" in finding.message


def test_all_pages_of_the_accounts_stacks_are_read(there: Account, dev: Blueprint) -> None:
    other = [{"StackName": "other", "StackStatus": "CREATE_COMPLETE"}]
    ours = [{"StackName": "fanfare-dev-bus", "StackStatus": "CREATE_FAILED"}]
    there.answers("DescribeStacks", {"Stacks": other, "NextToken": "2"}, {"Stacks": ours})

    assert only(there.examined(dev), "stacks").verdict is Verdict.WRONG


def test_a_stack_without_a_row_in_the_map_is_to_be_retired(there: Account, dev: Blueprint) -> None:
    existing_stacks(there, dev_loyalty="CREATE_COMPLETE")

    finding = there.examined(dev)["stacks"][-1]

    assert finding.verdict is Verdict.WARNING
    assert finding.todo == ("fanfare retire loyalty --stage dev",)


# -- leftovers -------------------------------------------------------------------------------------


def create_table(there: Account, table: str) -> None:
    there.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "subject", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "subject", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def test_a_table_without_its_stack_is_wrong(there: Account, prod: Blueprint) -> None:
    create_table(there, "fanfare-prod-log")

    finding = only(there.examined(prod, "prod"), "leftovers")

    assert finding.verdict is Verdict.WRONG
    assert finding.message.startswith("fanfare-prod-log: kept")
    assert finding.todo[0].endswith(".venv/bin/cdk import fanfare-prod-bus -c stage=prod")


def test_a_table_with_its_stack_is_ok(there: Account, prod: Blueprint) -> None:
    create_table(there, "fanfare-prod-log")
    all_stacks_exist(there, prod)

    assert only(there.examined(prod, "prod"), "leftovers").verdict is Verdict.OK
    assert "DescribeTable" not in there.calls


# -- concurrency -----------------------------------------------------------------------------------


def most(blueprint: Blueprint) -> int:
    scaling = [source.get("ScalingConfig") for source in blueprint.properties(SOURCE)]
    return sum(each["MaximumConcurrency"] if each else 1 for each in scaling)


def test_a_new_accounts_ten_functions_are_too_few(there: Account, dev: Blueprint) -> None:
    there.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": 10})

    finding = only(there.examined(dev), "concurrency")

    assert finding.verdict is Verdict.WARNING
    assert f"10 functions at once; consumers and relay alone may use {most(dev)}" in finding.message
    assert "request-service-quota-increase --service-code lambda" in finding.todo[0]


@pytest.mark.parametrize(("more", "verdict"), [(0, Verdict.WARNING), (1, Verdict.OK)])
def test_the_quota_must_leave_room_for_the_api(
    there: Account, dev: Blueprint, more: int, verdict: Verdict
) -> None:
    there.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": most(dev) + more})

    assert only(there.examined(dev), "concurrency").verdict is verdict


def test_a_requested_increase_is_not_requested_again(there: Account, dev: Blueprint) -> None:
    there.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": 10})
    requested = {"Status": "CASE_OPENED", "DesiredValue": 1000.0}
    there.answers("ListRequestedServiceQuotaChangeHistoryByQuota", RequestedQuotas=[requested])

    finding = only(there.examined(dev), "concurrency")

    assert "You have requested 1,000" in finding.message
    assert "request-service-quota-increase" not in finding.todo[0]


def test_without_permission_to_list_requested_quotas_the_warning_stays(
    there: Account, dev: Blueprint
) -> None:
    there.answers("GetAccountSettings", AccountLimit={"ConcurrentExecutions": 10})
    there.refuses("ListRequestedServiceQuotaChangeHistoryByQuota", "AccessDeniedException")

    assert only(there.examined(dev), "concurrency").verdict is Verdict.WARNING


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
    there: Account, dev: Blueprint, account: str | None, region: str | None, text: str
) -> None:
    finding = only(there.examined(bound(dev, account, region)), "credentials")

    assert finding.verdict is Verdict.WRONG
    assert text in finding.message


def test_credentials_of_the_right_account_and_region_are_named(
    there: Account, dev: Blueprint
) -> None:
    finding = only(there.examined(bound(dev, ACCOUNT, REGION)), "credentials")

    assert finding.verdict is Verdict.OK
    assert finding.message.startswith("arn:aws:sts::")
    assert finding.message.endswith(f" in {REGION}")


def test_root_credentials_are_a_warning(there: Account, dev: Blueprint) -> None:
    root = f"arn:aws:iam::{ACCOUNT}:root"
    there.answers("GetCallerIdentity", Account=ACCOUNT, Arn=root)

    assert only(there.examined(dev), "credentials").verdict is Verdict.WARNING
