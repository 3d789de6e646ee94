"""A consumer's stack: its subscription, its function, its own tables and its HTTP API, if any."""

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions import names
from functions.framework.outcomes import Outcome
from functions.framework.service import Consumer
from functions.runtime import settings
from infra.acknowledge import acknowledge
from infra.adapter import AdapterSettings
from infra.alarm import MetricAlarm
from infra.forgetting import ForgetRole
from infra.function import ServiceFunction
from infra.gateway import add_gateway, issuer_environment
from infra.grants import CONSUME_QUEUE, RECEIVE_NOTICES, REWRITE_ROWS, log_actions
from infra.notices import MailNotices
from infra.schedule import Schedule
from infra.stage import Stage
from infra.stage_stack import StageStack
from infra.subscription import Subscription
from infra.tables import Tables


class ConsumerStack(StageStack):
    """All resources of one consumer; no other stack refers to them."""

    def __init__(self, scope: Construct, *, stage: Stage, consumer: Consumer) -> None:
        super().__init__(scope, consumer.name, stage=stage, description=_description(consumer))
        queue = Subscription(self, consumer=consumer).queue
        adapter = stage.adapter_of(consumer)
        tables = Tables(self, service=consumer.name, tables=consumer.tables_with(adapter))
        adapted = AdapterSettings(self, service=consumer.name, adapter=adapter)
        notices = (
            MailNotices(self, consumer=consumer)
            if consumer.notices and adapter and adapter.mails
            else None
        )
        worker = ServiceFunction(
            self,
            service=consumer,
            environment={
                settings.LOG: names.log_table(stage.name),
                settings.QUEUE: queue.queue_url,
                **(issuer_environment(stage) if consumer.routes else {}),
                **tables.environment,
                **adapted.environment,
                **({settings.MAIL_SET: notices.mail_set} if notices else {}),
            },
            grants={
                self.log_arn: log_actions(consumer),
                queue.queue_arn: CONSUME_QUEUE,
                **({notices.queue.queue_arn: RECEIVE_NOTICES} if notices else {}),
                **tables.grants,
                **adapted.grants,
            },
            libraries=adapted.libraries,
        )
        source = lambda_.EventSourceMapping(
            self,
            "Source",
            target=worker.resource,
            event_source_arn=queue.queue_arn,
            batch_size=consumer.batch,
            max_concurrency=consumer.concurrency,
            report_batch_item_failures=True,
        )
        acknowledge(
            source,
            "Serverless-LambdaEventSourceMappingDestination",
            "ES1001",
            reason="An SQS source has no such destination: failures go to the dead-letter queue.",
        )
        if notices:
            notices.feed(worker.resource)
        if consumer.projection:
            rows = names.own_table(stage.name, consumer.name, consumer.projection.table)
            ForgetRole(self, service=consumer.name, grants={self.table_arn(rows): REWRITE_ROWS})
        if consumer.chore:
            Schedule(self, service=consumer.name, chore=consumer.chore, function=worker.resource)
        if consumer.routes:
            add_gateway(self, service=consumer, function=worker.resource)
        # Only a reaction that reads the log finds that an event is not there.
        forged = (Outcome.FORGED,) if any(on.history for on in consumer.on) else ()
        for outcome in (*forged, *consumer.alarms):
            MetricAlarm(self, service=consumer.name, metric=outcome.metric)


def _description(consumer: Consumer) -> str:
    hears = f"{consumer.name} hears {', '.join(consumer.subscribed_types)}"
    answers = ", ".join(route.key for route in consumer.routes)
    return f"{hears}; it answers {answers}" if answers else hears
