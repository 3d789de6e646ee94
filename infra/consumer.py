"""A consumer's stack: its inbox, its function, and its own tables."""

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions import names
from functions.framework.outcomes import Outcome
from functions.framework.service import Consumer
from functions.runtime import settings
from infra.acknowledge import acknowledge
from infra.adapter import Outside
from infra.alarm import MetricAlarm
from infra.forgetting import ForgetRole
from infra.function import ServiceFunction
from infra.grants import REWRITE_ROWS, WORK_OFF_QUEUE, on_log
from infra.schedule import Schedule
from infra.stage import Stage
from infra.stage_stack import StageStack
from infra.subscription import Inbox
from infra.tables import Tables


class ConsumerStack(StageStack):
    """All that one row of the map needs, and nothing that another row knows of."""

    def __init__(self, scope: Construct, *, stage: Stage, consumer: Consumer) -> None:
        """Take the app, the stage and the row."""
        heard = ", ".join(consumer.subscribed_types)
        description = f"{consumer.name} hears {heard}"
        super().__init__(scope, consumer.name, stage=stage, description=description)
        inbox = Inbox(self, consumer=consumer)
        adapter = stage.adapter_of(consumer)
        tables = Tables(self, service=consumer.name, tables=consumer.tables_with(adapter))
        outside = Outside(self, service=consumer.name, adapter=adapter)
        worker = ServiceFunction(
            self,
            service=consumer,
            environment={
                settings.LOG: names.log_table(stage.name),
                settings.QUEUE: inbox.queue.queue_url,
                **tables.environment,
                **outside.environment,
            },
            grants={
                self.log_arn: on_log(consumer),
                inbox.queue.queue_arn: WORK_OFF_QUEUE,
                **tables.grants,
                **outside.grants,
            },
            libraries=outside.libraries,
        )
        source = lambda_.EventSourceMapping(
            self,
            "Source",
            target=worker.resource,
            event_source_arn=inbox.queue.queue_arn,
            batch_size=consumer.batch,
            max_concurrency=consumer.concurrency,
            report_batch_item_failures=True,
        )
        acknowledge(
            source,
            "Serverless-LambdaEventSourceMappingDestination",
            "ES1001",
            reason="A queue's source has no such thing: what fails goes to the dead-letter queue.",
        )
        if consumer.projection:
            rows = names.own_table(stage.name, consumer.name, consumer.projection.table)
            ForgetRole(self, service=consumer.name, grants={self.table_arn(rows): REWRITE_ROWS})
        if consumer.chore:
            Schedule(self, service=consumer.name, chore=consumer.chore, function=worker.resource)
        for outcome in (Outcome.FORGED, *consumer.alarms):
            MetricAlarm(self, service=consumer.name, metric=outcome.metric)
