"""Roles to erase personal data: separate from functions' roles, and with no other grants."""

from dataclasses import replace
from pathlib import Path

import pytest

from functions.map import CONSUMERS
from infra.stage import DEV, InvalidStage
from tests.infra.conftest import assembly_fixture
from tests.support.assembly import Assembly, synthesize
from tests.support.read_model import LISTING
from tests.support.template import ACCOUNT, REGION, Resource, table_arn

FORGET = f"fanfare-dev-forget-{REGION}"
LISTING_FORGET = f"fanfare-dev-listing-forget-{REGION}"


reading = assembly_fixture("reading", DEV, [LISTING])


def roles(assembly: Assembly) -> dict[str, Resource]:
    """Return the roles for operators, by name."""
    return {
        role.properties["RoleName"]: role
        for role in assembly.resources("AWS::IAM::Role")
        if "RoleName" in role.properties
    }


def allowed(role: Resource) -> dict[str, set[str]]:
    return {
        statement["Resource"]: set(
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
        for policy in role.properties["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    }


def test_the_role_of_the_log_may_read_and_blank_it(dev: Assembly) -> None:
    role = roles(dev)[FORGET]

    assert role.stack == "fanfare-dev-bus"
    assert allowed(role) == {
        table_arn("fanfare-dev-log"): {"dynamodb:Query", "dynamodb:UpdateItem"}
    }


def test_the_role_of_a_read_model_is_in_its_stack_and_may_rewrite_its_rows(
    reading: Assembly,
) -> None:
    role = roles(reading)[LISTING_FORGET]

    assert role.stack == "fanfare-dev-listing"
    assert allowed(role) == {
        table_arn("fanfare-dev-listing-listing"): {"dynamodb:PutItem", "dynamodb:DeleteItem"}
    }


def test_principals_of_the_account_may_assume_the_roles(
    reading: Assembly,
) -> None:
    assert set(roles(reading)) == {FORGET, LISTING_FORGET}
    for role in roles(reading).values():
        (trusted,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
        assert trusted == {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        }


def test_there_is_a_role_for_the_log_and_for_each_read_model(dev: Assembly) -> None:
    models = {f"fanfare-dev-{c.name}-forget-{REGION}" for c in CONSUMERS if c.projection}

    assert set(roles(dev)) == {FORGET} | models


def test_a_change_of_the_log_has_an_alarm(dev: Assembly) -> None:
    assert dev.alarm("Tampered", service="relay")["Threshold"] == 1


def test_a_service_name_that_is_too_long_for_its_role_in_some_region_is_refused(
    tmp_path: Path,
) -> None:
    longest = replace(LISTING, name="l" * 30)
    synthesize(tmp_path / "fits", DEV, [longest])

    with pytest.raises(InvalidStage, match="IAM allows 64 letters"):
        synthesize(tmp_path / "out", DEV, [replace(longest, name="l" * 31)])
