"""What a consumer does by the clock: a rule that calls its function."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions.runtime.service import TICK, Chore


class Clockwork(Construct):
    """Calls a function every so many minutes, as its chore says."""

    def __init__(self, scope: Construct, *, chore: Chore, function: lambda_.Function) -> None:
        """Take the stack, the chore, and the function that does it."""
        super().__init__(scope, "Clockwork")
        events.Rule(
            self,
            "Rule",
            schedule=events.Schedule.rate(Duration.minutes(chore.every)),
            targets=[
                targets.LambdaFunction(function, event=events.RuleTargetInput.from_object(TICK))
            ],
        )
