"""The bus's stack: the log, the relay from its stream, and the topic."""

import jsii
from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions import names
from functions.runtime import settings
from functions.runtime.items import SLOT, SUBJECT
from functions.runtime.service import Relay
from infra.alarm import WakeUp
from infra.forgetting import ForgetRole
from infra.function import ServiceFunction
from infra.grants import BLANK_IN_LOG, READ_LOG, READ_STREAM
from infra.part import Part
from infra.queues import DEAD_LETTER_RETENTION, SafeQueue
from infra.stage import Stage
from infra.tables import KeptTable


class BusStack(Part):
    """What all services share, by name."""

    def __init__(self, scope: Construct, *, stage: Stage, relay: Relay) -> None:
        """Take the app, the stage and the relay's row."""
        super().__init__(scope, "bus", stage=stage, description="log, relay and topic")
        log = KeptTable(
            self,
            "Log",
            stage=stage,
            table_name=names.log_table(stage.name),
            partition_key=SUBJECT,
            sort_key=SLOT,
            stream=dynamodb.StreamViewType.NEW_IMAGE,
        )
        topic = sns.Topic(
            self,
            "Topic",
            topic_name=names.topic(stage.name),
            fifo=True,
            content_based_deduplication=False,
            fifo_throughput_scope=sns.FifoThroughputScope.MESSAGE_GROUP,
            enforce_ssl=True,
        )
        undelivered = SafeQueue(
            self,
            "Undelivered",
            queue_name=names.undelivered(stage.name),
            retention=DEAD_LETTER_RETENTION,
        )
        undelivered.admit(topic.topic_arn)
        self._relay(relay, log, topic)
        ForgetRole(self, grants={log.table_arn: [READ_LOG, BLANK_IN_LOG]})
        for metric in relay.alarms:
            WakeUp(self, service=relay.name, metric=metric)

    def _relay(self, relay: Relay, log: dynamodb.Table, topic: sns.Topic) -> None:
        stream = str(log.table_stream_arn)
        unpublished = SafeQueue(
            self,
            "Unpublished",
            queue_name=names.unpublished(self.stage.name),
            retention=DEAD_LETTER_RETENTION,
        )
        publisher = ServiceFunction(
            self,
            service=relay,
            environment={
                settings.TOPIC: topic.topic_arn,
                settings.UNPUBLISHED: unpublished.queue_url,
            },
            grants={
                stream: READ_STREAM,
                topic.topic_arn: ["sns:Publish"],
                unpublished.queue_arn: ["sqs:SendMessage"],
            },
        )
        lambda_.EventSourceMapping(
            self,
            "Source",
            target=publisher.resource,
            event_source_arn=stream,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            # With more, Lambda would keep order per item only, and every event is its own item.
            parallelization_factor=1,
            batch_size=relay.batch,
            bisect_batch_on_error=True,
            report_batch_item_failures=True,
            max_record_age=Duration.seconds(relay.record_age),
            on_failure=_To(unpublished),
        )


@jsii.implements(lambda_.IEventSourceDlq)
class _To:
    """An on-failure destination; the CDK's own one grants more than to send."""

    def __init__(self, destination: sqs.Queue) -> None:
        self._destination = destination

    def bind(
        self, target: lambda_.IEventSourceMapping, target_handler: lambda_.IFunction
    ) -> lambda_.DlqDestinationConfig:
        return lambda_.DlqDestinationConfig(destination=self._destination.queue_arn)
