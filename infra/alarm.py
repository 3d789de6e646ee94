"""Alarms: what must wake somebody, and whom the stage has to tell."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from functions import names
from functions.framework.outcomes import METRICS
from infra.stage import Stage
from infra.stage_stack import StageStack

PERIOD = Duration.minutes(5)


class Alarm(cloudwatch.Alarm):
    """Goes off when a metric reaches its threshold in each of so many periods on end.

    It tells the stage's topic for alarms, if it has one; else it is only seen by who looks. What
    is not measured is no reason to worry: a queue that nobody touches has no figures.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        alarm_name: str,
        description: str,
        metric: cloudwatch.IMetric,
        threshold: float = 1,
        periods: int = 1,
    ) -> None:
        """Take the stage, the alarm's name, what it means and what to do, and when it goes off."""
        super().__init__(
            scope,
            name,
            alarm_name=alarm_name,
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        if stage.alarm_topic:
            topic = sns.Topic.from_topic_arn(self, "Topic", stage.alarm_topic)
            self.add_alarm_action(actions.SnsAction(topic))


class MetricAlarm(Construct):
    """Goes off when a service counted a metric of its own at all within five minutes."""

    def __init__(self, part: StageStack, *, service: str, metric: str) -> None:
        """Take the stack, the service, and its metric as the function writes it."""
        super().__init__(part, f"{metric}Alarm")
        Alarm(
            self,
            "Alarm",
            stage=part.stage,
            alarm_name=names.prefixed(part.stage.name, f"{service}-{metric.lower()}"),
            description=f"{service} counted {metric} in stage {part.stage.name}",
            metric=counted(service, metric, statistic="Sum", period=PERIOD),
        )


def counted(service: str, metric: str, *, statistic: str, period: Duration) -> cloudwatch.Metric:
    """Return a metric of a service's own, as its function writes it."""
    return cloudwatch.Metric(
        namespace=METRICS,
        metric_name=metric,
        dimensions_map={"service": service},
        statistic=statistic,
        period=period,
    )
