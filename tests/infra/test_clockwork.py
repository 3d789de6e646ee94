"""What a consumer does by the clock: a rule of its stack calls its function, and nothing else."""

import json

import pytest

from functions.map import CONSUMERS
from functions.runtime.service import TICK, Consumer
from tests.assembly import Assembly
from tests.template import ACCOUNT, REGION

WITH_A_CHORE = [consumer for consumer in CONSUMERS if consumer.chore]


@pytest.mark.parametrize("consumer", WITH_A_CHORE, ids=lambda row: row.name)
def test_a_rule_calls_the_function_as_often_as_the_chore_says(
    dev: Assembly, consumer: Consumer
) -> None:
    assert consumer.chore is not None
    stack = f"fanfare-dev-{consumer.name}"
    (rule,) = (each.properties for each in dev.resources("AWS::Events::Rule", stack))
    (target,) = rule["Targets"]

    every = consumer.chore.every
    assert rule["State"] == "ENABLED"
    assert rule["ScheduleExpression"] == f"rate({every} minute{'s' if every > 1 else ''})"
    assert target["Arn"] == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{stack}"
    assert json.loads(target["Input"]) == TICK


@pytest.mark.parametrize("consumer", WITH_A_CHORE, ids=lambda row: row.name)
def test_nobody_but_the_rule_may_call_the_function(dev: Assembly, consumer: Consumer) -> None:
    permission = dev.only("AWS::Lambda::Permission", f"fanfare-dev-{consumer.name}")

    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == "<AWS::Events::Rule.Arn>"


def test_a_consumer_without_a_chore_has_no_rule(dev: Assembly) -> None:
    stacks = {rule.stack for rule in dev.resources("AWS::Events::Rule")}

    assert stacks == {f"fanfare-dev-{consumer.name}" for consumer in WITH_A_CHORE}
