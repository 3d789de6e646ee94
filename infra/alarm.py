"""Alarms on metrics, with the stage's topic as their action."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_sns as sns
from constructs import Construct

from functions import names
from functions.framework.outcomes import METRICS
from infra.stage import Stage
from infra.stage_stack import StageStack

PERIOD = Duration.minutes(5)


class Alarm(cloudwatch.Alarm):
    """An alarm that goes off when a metric reaches its threshold in consecutive periods.

    It notifies the stage's alarm topic; without one it is visible in the console only. Missing data
    does not breach it, since a queue without traffic has no data. `description` is the text that
    its notifications have.
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
    """An alarm that goes off when a service counts its own metric at least once in five minutes."""

    def __init__(self, stack: StageStack, *, service: str, metric: str) -> None:
        super().__init__(stack, f"{metric}Alarm")
        Alarm(
            self,
            "Alarm",
            stage=stack.stage,
            alarm_name=names.prefixed(stack.stage.name, f"{service}-{metric.lower()}"),
            description=f"{service} counted {metric} in stage {stack.stage.name}",
            metric=counted(service, metric, statistic="Sum", period=PERIOD),
        )


def failed_invocations(rule: events.Rule) -> cloudwatch.Metric:
    """Return the metric of a rule's events that did not reach their target."""
    return cloudwatch.Metric(
        namespace="AWS/Events",
        metric_name="FailedInvocations",
        dimensions_map={"RuleName": rule.rule_name},
        statistic="Sum",
        period=PERIOD,
    )


def counted(service: str, metric: str, *, statistic: str, period: Duration) -> cloudwatch.Metric:
    """Return a service's own metric, which its function writes."""
    return cloudwatch.Metric(
        namespace=METRICS,
        metric_name=metric,
        dimensions_map={"service": service},
        statistic=statistic,
        period=period,
    )
