"""Least privilege, proved: what every role may do is what it was seen to need, on every stage."""

import re
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from functions import names
from functions.map import SERVICES
from infra.packaging.pruning import OPERATIONS
from tests.iam.conftest import STAGES, Walk
from tests.iam.exceptions import UNSCOPED, WILDCARDS, reasons
from tests.iam.policies import Grant
from tests.iam.walked import Walked
from tests.support.summary import Figure
from tests.support.template import ACCOUNT, REGION, table_arn

every_stage = pytest.mark.parametrize("stage", STAGES)


@every_stage
def test_every_role_may_do_what_it_was_seen_to_need(
    walked: Walk, stage: str, figure: Figure
) -> None:
    seen = walked(stage)
    missing = [
        (who, need)
        for who, needs in seen.needs.items()
        for need in needs
        if not any(grant.covers(need) for grant in seen.roles[who].grants)
    ]

    figure(f"{stage}: roles", len(seen.roles))
    figure(f"{stage}: calls recorded and mapped", seen.recorder.calls)
    figure(f"{stage}: rights missing", len(missing))
    assert missing == []


@every_stage
def test_no_role_may_do_what_it_was_not_seen_to_need(
    walked: Walk, stage: str, figure: Figure
) -> None:
    seen = walked(stage)
    unused = [
        (who, grant)
        for who, role in seen.roles.items()
        for grant in role.grants
        if not any(grant.covers(need) for need in seen.needs.get(who, ()))
    ]

    figure(f"{stage}: rights granted", sum(len(role.grants) for role in seen.roles.values()))
    figure(f"{stage}: rights unused", len(unused))
    assert unused == []


def test_every_function_was_walked_through_and_made_every_call_that_its_package_has(
    all_walked: dict[str, Walked],
) -> None:
    made = set()
    for seen in all_walked.values():
        for service in SERVICES:
            made |= seen.recorder.operations[service.name]

    assert made == {f"{api}.{name}" for api, kept in OPERATIONS.items() for name in kept}


def test_no_right_reaches_further_than_its_names_but_for_a_written_reason(
    all_walked: dict[str, Walked], figure: Figure
) -> None:
    wild = [grant for grant in _grants(all_walked) if grant.wild]
    known = {reason for grant in wild for reason in reasons(grant.resource)}
    unreasoned = [grant for grant in wild if "*" in grant.action or not reasons(grant.resource)]

    figure("wildcards without a reason", len(unreasoned))
    figure("wildcards with a written reason", len(known))
    assert unreasoned == []
    assert known == WILDCARDS.keys()
    assert all(grant.condition for grant in wild if grant.action.startswith("ses:"))


@every_stage
def test_who_puts_into_the_log_may_read_an_order_and_do_nothing_else_to_it(
    walked: Walk, stage: str
) -> None:
    name = STAGES[stage].name
    log = table_arn(names.log_table(name))
    for who, role in walked(stage).roles.items():
        touching = {grant.action for grant in role.grants if grant.concerns(log)}
        if who == names.forget_role(name, REGION):
            assert touching == {"dynamodb:Query", "dynamodb:UpdateItem"}
        elif "dynamodb:PutItem" in touching:
            assert touching == {"dynamodb:Query", "dynamodb:PutItem"}, who
        else:
            assert touching <= {"dynamodb:Query"}, who


@every_stage
def test_a_functions_role_is_lambdas_to_take_on_and_a_role_to_forget_the_accounts(
    walked: Walk, stage: str
) -> None:
    services = {service.name for service in SERVICES}
    for who, role in walked(stage).roles.items():
        (trust,) = role.trusts
        principal = (
            {"Service": "lambda.amazonaws.com"}
            if who in services
            else {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        )
        assert trust == {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": principal}
    assert services < set(walked(stage).roles)


def test_every_action_exists_and_is_about_such_a_resource_and_such_a_condition(
    all_walked: dict[str, Walked], figure: Figure
) -> None:
    actions = {grant.action for grant in _grants(all_walked)}
    needs = {need for seen in all_walked.values() for each in seen.needs.values() for need in each}
    conditions = {
        (grant.action, key) for grant in _grants(all_walked) for key, _ in grant.condition
    }
    misplaced = {
        need.action
        for need in needs
        if not any(re.fullmatch(form, need.resource) for form in _forms(need.action))
    }

    figure("actions that exist", sum(bool(_reference(action)) for action in actions))
    assert {action for action in actions if not _reference(action)} == set()
    assert misplaced == UNSCOPED.keys()
    assert [
        (action, key)
        for action, key in conditions
        if not any(key in row["condition_keys"] for row in _reference(action))
    ] == []


def _grants(stages: dict[str, Walked]) -> set[Grant]:
    return {
        grant for seen in stages.values() for role in seen.roles.values() for grant in role.grants
    }


def _reference(action: str) -> list[dict[str, Any]]:
    """Return what the service authorization reference says of an action, a row a resource."""
    service, _, name = action.partition(":")
    found = get_action_data(service, name)
    return list(found[service]) if found else []


def _forms(action: str) -> list[str]:
    """Return patterns of the resources that an action is about."""
    return [
        re.sub(r"\\\$\\\{[^}]+\\\}", ".+", re.escape(str(row["resource_arn_format"])))
        for row in _reference(action)
        if row["resource_arn_format"] != "*"
    ]
