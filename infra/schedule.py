"""Schedule of a consumer's chore: a rule that invokes its function."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions import names
from functions.framework.chore import TICK, Chore
from infra.acknowledge import acknowledge
from infra.alarm import Alarm, failed_invocations
from infra.stage_stack import StageStack


class Schedule(Construct):
    """Invokes a function at the interval of its chore."""

    def __init__(
        self, stack: StageStack, *, service: str, chore: Chore, function: lambda_.Function
    ) -> None:
        super().__init__(stack, "Clockwork")
        rule = events.Rule(
            self,
            "Rule",
            schedule=events.Schedule.rate(Duration.minutes(chore.every)),
            targets=[
                targets.LambdaFunction(function, event=events.RuleTargetInput.from_object(TICK))
            ],
        )
        reason = (
            "The next tick makes up for a lost one; an alarm reports a rule that fails to invoke."
        )
        acknowledge(rule, "Serverless-EventBusDLQ", "ES4000", reason=reason)
        for child in rule.node.children:
            if isinstance(child, lambda_.CfnPermission):
                acknowledge(child, "ES1007", reason=reason)
        Alarm(
            self,
            "Stopped",
            stage=stack.stage,
            alarm_name=names.prefixed(stack.stage.name, f"{service}-clock-stopped"),
            description=f"The clock could not call {service}: what it does every {chore.every}"
            " minutes is not done. Deploy its stack again.",
            metric=failed_invocations(rule),
        )
