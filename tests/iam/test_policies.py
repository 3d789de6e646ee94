"""The reader of policies: exact matching, and errors for forms that it does not support."""

from typing import Any

import pytest

from tests.iam.lambda_service import required_by_lambda
from tests.iam.permissions import Permission, Unsupported
from tests.iam.policies import Grant, roles
from tests.support.template import Templates, table_arn

TABLE = table_arn("").rstrip("/")
GET = "dynamodb:GetItem"
ALLOWED = {"Effect": "Allow", "Action": GET, "Resource": f"{TABLE}/own"}


def templates(
    statement: dict[str, Any] | None = None,
    role: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    **others: Any,
) -> Templates:
    """Return a stack with one function, and its role with one statement."""
    policy = {"PolicyDocument": {"Statement": [statement or ALLOWED]}}
    resources = {
        "Logs": {"Type": "AWS::Logs::LogGroup"},
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Statement": []},
                "Policies": [policy],
                **(role or {}),
            },
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "f",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Environment": {"Variables": {"FANFARE_SERVICE": "one"}},
                "LoggingConfig": {"LogGroup": {"Ref": "Logs"}},
                **(function or {}),
            },
        },
    }
    return Templates({"stack": {"Resources": resources | others}})


@pytest.mark.parametrize(
    ("grant", "need", "allowed"),
    [
        (Grant(GET, f"{TABLE}/a"), Permission(GET, f"{TABLE}/a"), True),
        (Grant(GET, f"{TABLE}/a"), Permission(GET, f"{TABLE}/ab"), False),
        (Grant(GET, f"{TABLE}/a"), Permission(GET, f"{TABLE}/a/index/b"), False),
        (Grant("dynamodb:PutItem", f"{TABLE}/a"), Permission(GET, f"{TABLE}/a"), False),
        (Grant(GET, f"{TABLE}/*"), Permission(GET, f"{TABLE}/a/index/b"), True),
        (Grant("dynamodb:*", "*"), Permission(GET, f"{TABLE}/a"), True),
        (Grant(GET, "arn:aws:dynamodb:*:*:table/a"), Permission(GET, f"{TABLE}/a"), True),
        (Grant(GET, "arn:aws:*:table/a"), Permission(GET, f"{TABLE}/a"), False),
        (Grant(GET, f"{TABLE}/a", (("k", "v"),)), Permission(GET, f"{TABLE}/a", {"k": "v"}), True),
        (Grant(GET, f"{TABLE}/a", (("k", "v"),)), Permission(GET, f"{TABLE}/a", {"k": "w"}), False),
        (Grant(GET, f"{TABLE}/a", (("k", "v"),)), Permission(GET, f"{TABLE}/a"), False),
    ],
)
def test_a_grant_covers_exactly_what_it_names(
    grant: Grant, need: Permission, allowed: bool
) -> None:
    assert grant.covers(need) is allowed


def test_a_role_is_known_by_the_service_of_its_function() -> None:
    assert roles(templates())["one"].grants == {Grant(GET, f"{TABLE}/own")}


@pytest.mark.parametrize(
    "statement",
    [
        ALLOWED | {"Effect": "Deny"},
        {"Effect": "Allow", "NotAction": GET, "Resource": "*"},
        ALLOWED | {"Condition": {"StringLike": {"k": "v*"}}},
    ],
)
def test_a_statement_of_another_form_is_an_error(statement: dict[str, Any]) -> None:
    with pytest.raises(Unsupported):
        roles(templates(statement))


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"role": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}},
        {"More": {"Type": "AWS::IAM::Policy", "Properties": {}}},
        {"Nobodys": {"Type": "AWS::IAM::Role", "Properties": {}}},
    ],
)
def test_permissions_from_elsewhere_than_inline_policies_are_an_error(
    elsewhere: dict[str, Any],
) -> None:
    with pytest.raises(Unsupported):
        roles(templates(**elsewhere))


@pytest.mark.parametrize(
    "unknown",
    [
        {"function": {"TracingConfig": {"Mode": "Active"}}},
        {
            "Source": {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {"FunctionName": {"Ref": "Function"}, "EventSourceArn": "a:b:kafka:"},
            }
        },
    ],
)
def test_an_unknown_feature_of_lambda_is_an_error(unknown: dict[str, Any]) -> None:
    with pytest.raises(Unsupported):
        list(required_by_lambda(templates(**unknown)))
