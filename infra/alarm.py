"""An alarm on a metric of which a single count must wake somebody."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from functions import names
from functions.runtime.service import METRICS
from infra.part import Part

PERIOD = Duration.minutes(5)


class WakeUp(Construct):
    """Goes off when a service counted a metric at all within five minutes.

    It tells the stage's topic for alarms, if it has one; else it is only seen by who looks.
    """

    def __init__(self, part: Part, *, service: str, metric: str) -> None:
        """Take the stack, the service, and its metric as the function writes it."""
        super().__init__(part, f"{metric}Alarm")
        alarm = cloudwatch.Alarm(
            self,
            "Alarm",
            alarm_name=names.prefixed(part.stage.name, f"{service}-{metric.lower()}"),
            alarm_description=f"{service} counted {metric} in stage {part.stage.name}",
            metric=cloudwatch.Metric(
                namespace=METRICS,
                metric_name=metric,
                dimensions_map={"service": service},
                statistic="Sum",
                period=PERIOD,
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        if part.stage.alarm_topic:
            topic = sns.Topic.from_topic_arn(self, "Topic", part.stage.alarm_topic)
            alarm.add_alarm_action(actions.SnsAction(topic))
