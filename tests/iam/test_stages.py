"""Least privilege: on every stage, each role's grants are exactly the permissions it required."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from functions import names
from functions.map import CONSUMERS, SERVICES
from infra.packaging.pruning import OPERATIONS
from tests.iam.conftest import STAGES, Records
from tests.iam.exceptions import UNSCOPED, WILDCARDS, reasons
from tests.iam.policies import Grant, missing
from tests.iam.recorded_stage import RecordedStage
from tests.iam.walk import journey_of
from tests.support.summary import Figure
from tests.support.template import ACCOUNT, REGION, table_arn

every_stage = pytest.mark.parametrize("stage", STAGES)


@every_stage
def test_no_permission_is_missing(recorded: Records, stage: str, figure: Figure) -> None:
    seen = recorded(stage)
    found = missing(seen.permissions, seen.roles)

    figure(f"{stage}: roles", len(seen.roles))
    figure(f"{stage}: calls recorded and mapped", seen.recorder.calls)
    figure(f"{stage}: permissions missing", len(found))
    assert found == [], "add these accesses to the tables of functions/<name>/service.py"


@every_stage
def test_no_grant_is_unused(recorded: Records, stage: str, figure: Figure) -> None:
    seen = recorded(stage)
    unused = {
        (name, grant)
        for name, role in seen.roles.items()
        for grant in role.grants
        if not any(grant.covers(need) for role_name, need in seen.permissions if role_name == name)
    }
    without = set(_roles_without_journey(STAGES[stage].name))
    for name, grant in unused:
        if name in without:
            figure(f"{stage}: granted to {name}, not used", f"{grant.action} on {grant.resource}")

    figure(f"{stage}: grants", sum(len(role.grants) for role in seen.roles.values()))
    figure(f"{stage}: grants unused", len(unused))
    assert {(name, grant) for name, grant in unused if name not in without} == set(), (
        "use them in tests/functions/<name>/journey.py, or take these accesses from the tables of"
        " functions/<name>/service.py"
    )


def _roles_without_journey(stage: str) -> Iterator[str]:
    """Yield the roles of consumers whose rows may grant more than a walk uses."""
    for consumer in CONSUMERS:
        if journey_of(consumer) is None:
            yield from (consumer.name, names.forget_role(stage, REGION, consumer.name))


def test_the_workload_makes_every_call_that_the_layer_supports(
    all_recorded: dict[str, RecordedStage],
) -> None:
    services = {service.name for service in SERVICES}
    made = set()
    for seen in all_recorded.values():
        operations = seen.recorder.operations
        assert services <= {role for role, _ in operations}
        made |= {operation for role, operation in operations if role in services}

    assert made == {f"{api}.{name}" for api, kept in OPERATIONS.items() for name in kept}


def test_every_wildcard_has_an_accepted_reason(
    all_recorded: dict[str, RecordedStage], figure: Figure
) -> None:
    granted = _grants(all_recorded)
    wild = [grant for grant in granted if re.search(r"[*?]", grant.action + grant.resource)]
    known = {reason for grant in wild for reason in reasons(grant.resource)}
    unreasoned = [grant for grant in wild if "*" in grant.action or not reasons(grant.resource)]

    figure("wildcards without a reason", len(unreasoned))
    figure("wildcards with a written reason", len(known))
    assert unreasoned == []
    assert known == WILDCARDS.keys()
    assert all(grant.condition for grant in wild if grant.action.startswith("ses:"))


@every_stage
def test_roles_that_append_to_the_log_may_query_it_and_do_nothing_else_to_it(
    recorded: Records, stage: str
) -> None:
    name = STAGES[stage].name
    log = table_arn(names.log_table(name))
    for owner, role in recorded(stage).roles.items():
        touching = {grant.action for grant in role.grants if grant.concerns(log)}
        if owner == names.forget_role(name, REGION):
            assert touching == {"dynamodb:Query", "dynamodb:UpdateItem"}
        elif "dynamodb:PutItem" in touching:
            assert touching == {"dynamodb:Query", "dynamodb:PutItem"}, owner
        else:
            assert touching <= {"dynamodb:Query"}, owner


@every_stage
def test_lambda_may_assume_functions_roles_and_the_account_the_forget_roles(
    recorded: Records, stage: str
) -> None:
    services = {service.name for service in SERVICES}
    for owner, role in recorded(stage).roles.items():
        (trust,) = role.trusts
        principal = (
            {"Service": "lambda.amazonaws.com"}
            if owner in services
            else {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        )
        assert trust == {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": principal}
    assert services < set(recorded(stage).roles)


def test_every_action_exists_with_such_a_resource_and_such_a_condition(
    all_recorded: dict[str, RecordedStage], figure: Figure
) -> None:
    actions = {grant.action for grant in _grants(all_recorded)}
    needs = {need for seen in all_recorded.values() for _, need in seen.permissions}
    conditions = {
        (grant.action, key) for grant in _grants(all_recorded) for key, _ in grant.condition
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


def _grants(stages: dict[str, RecordedStage]) -> set[Grant]:
    return {
        grant for seen in stages.values() for role in seen.roles.values() for grant in role.grants
    }


def _reference(action: str) -> list[dict[str, Any]]:
    """Return the service authorization reference's rows for an action, one for each resource."""
    service, _, name = action.partition(":")
    found = get_action_data(service, name)
    return list(found[service]) if found else []


def _forms(action: str) -> list[str]:
    """Return patterns of the resources of an action."""
    return [
        re.sub(r"\\\$\\\{[^}]+\\\}", ".+", re.escape(str(row["resource_arn_format"])))
        for row in _reference(action)
        if row["resource_arn_format"] != "*"
    ]
