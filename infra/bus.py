"""The bus's stack: the log, the relay from its stream, and the topic."""

import jsii
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions import names
from functions.framework.service import Relay
from functions.runtime import settings
from functions.runtime.aws.items import SLOT, SUBJECT
from infra.alarm import PERIOD, Alarm, MetricAlarm
from infra.forgetting import ForgetRole
from infra.function import ServiceFunction
from infra.grants import BLANK_IN_LOG, READ_LOG, READ_STREAM
from infra.queues import DeadLetterQueue
from infra.stage import Stage
from infra.stage_stack import StageStack
from infra.tables import SafeTable

RELAY_LATE = Duration.minutes(5)

TOPIC_KEY = "alias/aws/sns"


class BusStack(StageStack):
    """The resources that all services share; other stacks refer to them by name."""

    def __init__(self, scope: Construct, *, stage: Stage, relay: Relay) -> None:
        super().__init__(scope, "bus", stage=stage, description="log, relay and topic")
        log = SafeTable(
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
        _encrypt(topic)
        for account in stage.subscriber_accounts:
            topic.add_to_resource_policy(_may_subscribe(topic, account))
        undelivered = DeadLetterQueue(
            self,
            "Undelivered",
            stage=stage,
            queue_name=names.undelivered(stage.name),
            holds="what the topic could not deliver to a consumer's queue. Mend the queue, then"
            " replay the consumer",
        )
        undelivered.allow(topic.topic_arn)
        self._relay(relay, log, topic)
        ForgetRole(self, grants={log.table_arn: [READ_LOG, BLANK_IN_LOG]})
        for outcome in relay.alarms:
            MetricAlarm(self, service=relay.name, metric=outcome.metric)
        self._throttled()

    def _relay(self, relay: Relay, log: dynamodb.Table, topic: sns.Topic) -> None:
        stream = str(log.table_stream_arn)
        unpublished = DeadLetterQueue(
            self,
            "Unpublished",
            stage=self.stage,
            queue_name=names.unpublished(self.stage.name),
            holds="the keys of events that the relay could not publish, with the reason, and"
            " positions in the stream that it gave up. Look into the reasons; `fanfare republish"
            " --since` sends the rest from the log; then purge the queue",
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
            # With more, Lambda would keep the order per item only, and each event is an item.
            parallelization_factor=1,
            batch_size=relay.batch,
            bisect_batch_on_error=True,
            report_batch_item_failures=True,
            max_record_age=Duration.seconds(relay.record_age),
            on_failure=_OnFailureQueue(unpublished),
        )
        Alarm(
            self,
            "RelayLate",
            stage=self.stage,
            alarm_name=names.prefixed(self.stage.name, f"{relay.name}-late"),
            description="What happened is not being published: an event has waited in the log's"
            f" stream for {RELAY_LATE.to_minutes()} minutes. The stream forgets it after a day.",
            metric=publisher.resource.metric("IteratorAge", period=PERIOD, statistic="Maximum"),
            threshold=RELAY_LATE.to_milliseconds(),
        )

    def _throttled(self) -> None:
        """Add an alarm on throttled invocations; all functions of an account share its limit."""
        Alarm(
            self,
            "Throttled",
            stage=self.stage,
            alarm_name=names.prefixed(self.stage.name, "throttled"),
            description="Lambda has been turning invocations away, of any function of the account"
            " in this region: requests fail, and messages use up their tries. Ask for more"
            " concurrent executions.",
            metric=cloudwatch.Metric(
                namespace="AWS/Lambda", metric_name="Throttles", statistic="Sum", period=PERIOD
            ),
            periods=3,
        )


def _may_subscribe(topic: sns.Topic, account: str) -> iam.PolicyStatement:
    """Return a statement by which an account may subscribe its own queues, and do nothing else.

    https://docs.aws.amazon.com/sns/latest/dg/sns-send-message-to-sqs-cross-account.html
    """
    return iam.PolicyStatement(
        sid=f"Subscribe{account}",
        actions=["sns:Subscribe"],
        principals=[iam.AccountPrincipal(account)],
        resources=[topic.topic_arn],
        conditions={
            "StringEquals": {"sns:Protocol": "sqs"},
            "StringLike": {"sns:Endpoint": f"arn:*:sqs:*:{account}:*"},
        },
    )


def _encrypt(topic: sns.Topic) -> None:
    """Encrypt the topic's messages with the AWS managed key for SNS.

    A customer managed key would cost a dollar a month without a benefit: IAM controls publishing.
    With the managed key, other AWS services cannot publish here; none does. The key is set by its
    alias, so synthesis needs no lookup.
    https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
    """
    resource = topic.node.default_child
    if isinstance(resource, sns.CfnTopic):
        resource.kms_master_key_id = TOPIC_KEY


@jsii.implements(lambda_.IEventSourceDlq)
class _OnFailureQueue:
    """A queue as on-failure destination; the CDK's own class grants more than sending."""

    def __init__(self, destination: sqs.Queue) -> None:
        self._destination = destination

    def bind(
        self, target: lambda_.IEventSourceMapping, target_handler: lambda_.IFunction
    ) -> lambda_.DlqDestinationConfig:
        return lambda_.DlqDestinationConfig(destination=self._destination.queue_arn)
