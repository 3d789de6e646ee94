"""Schedules: one rule for each chore, which invokes that consumer's function only."""

import json

import pytest

from functions.framework.chore import TICK, Chore
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from tests.infra.conftest import LISTENER, stack_of
from tests.support.assembly import Assembly
from tests.support.template import ACCOUNT, REGION

CHORES = [consumer for consumer in CONSUMERS if consumer.chore]

every_chore = pytest.mark.parametrize("consumer", CHORES, ids=lambda row: row.name)


def function_of(consumer: Consumer) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{stack_of(consumer)}"


def rate(chore: Chore) -> str:
    hours, minutes = divmod(chore.every, 60)
    count, unit = (chore.every, "minute") if minutes else (hours, "hour")
    return f"rate({count} {unit}{'s' if count > 1 else ''})"


@every_chore
def test_a_rule_has_the_rate_of_its_chore(dev: Assembly, consumer: Consumer) -> None:
    rule = dev.only("AWS::Events::Rule", stack_of(consumer))
    assert consumer.chore is not None
    assert rule["ScheduleExpression"] == rate(consumer.chore)
    assert rule["State"] == "ENABLED"
    assert "EventPattern" not in rule


@every_chore
def test_the_rules_only_target_is_the_function_with_a_tick_as_input(
    dev: Assembly, consumer: Consumer
) -> None:
    (target,) = dev.only("AWS::Events::Rule", stack_of(consumer))["Targets"]
    assert target["Arn"] == function_of(consumer)
    assert json.loads(target["Input"]) == TICK
    assert len(dev.resources("AWS::Lambda::Function", stack_of(consumer))) == 1


@every_chore
def test_only_that_rule_may_invoke_the_function(dev: Assembly, consumer: Consumer) -> None:
    permission = dev.only("AWS::Lambda::Permission", stack_of(consumer))
    assert permission == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": function_of(consumer),
        "Principal": "events.amazonaws.com",
        "SourceArn": "<AWS::Events::Rule.Arn>",
    }
    assert len(dev.resources("AWS::Events::Rule", stack_of(consumer))) == 1


def test_a_consumer_without_a_chore_has_no_rule_and_no_invoke_permission(
    dev: Assembly, listening: Assembly
) -> None:
    idle = [(dev, consumer) for consumer in CONSUMERS if not consumer.chore]
    for assembly, consumer in [*idle, (listening, LISTENER)]:
        assert assembly.resources("AWS::Events::Rule", stack_of(consumer)) == []
        if not consumer.routes:
            assert assembly.resources("AWS::Lambda::Permission", stack_of(consumer)) == []


def test_some_consumer_has_a_chore() -> None:
    assert CHORES
