"""Queues: encrypted, over TLS only, and with a policy for the topic where it delivers."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.runtime import backoff
from infra.acknowledge import acknowledge
from infra.alarm import PERIOD, Alarm
from infra.stage import Stage

RETENTION = Duration.seconds(backoff.RETENTION)
DEAD_LETTER_RETENTION = Duration.seconds(backoff.DEAD_LETTER_RETENTION)


class SafeQueue(sqs.Queue):
    """An encrypted queue that requires TLS.

    If its name ends in `.fifo`, it keeps the order, and high throughput, per message group.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        queue_name: str,
        retention: Duration,
        visibility: Duration | None = None,
        dead_letter_queue: sqs.DeadLetterQueue | None = None,
    ) -> None:
        ordered = queue_name.endswith(".fifo")
        super().__init__(
            scope,
            name,
            queue_name=queue_name,
            fifo=ordered or None,
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP if ordered else None,
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID if ordered else None,
            retention_period=retention,
            visibility_timeout=visibility,
            dead_letter_queue=dead_letter_queue,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )

    def allow(self, topic_arn: str) -> None:
        """Allow the topic to send to this queue; its policy allows no other principal."""
        self.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("sns.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": topic_arn}},
            )
        )


class DeadLetterQueue(SafeQueue):
    """A queue for messages that failed for good, with long retention and an alarm.

    `holds` describes its messages in the alarm's text. The alarm is on the messages in the queue,
    not on arrivals, so it also sees messages that a redrive moved here.
    """

    def __init__(
        self, scope: Construct, name: str, *, stage: Stage, queue_name: str, holds: str
    ) -> None:
        super().__init__(scope, name, queue_name=queue_name, retention=DEAD_LETTER_RETENTION)
        acknowledge(
            self,
            "AwsSolutions-SQS3",
            "Serverless-SQSRedrivePolicy",
            "ES6000",
            reason="It is itself the dead-letter queue of a queue, a subscription or a stream.",
        )
        Alarm(
            self,
            "Alarm",
            stage=stage,
            alarm_name=f"{queue_name}-waiting",
            description=f"{queue_name} holds {holds}. It keeps them for"
            f" {DEAD_LETTER_RETENTION.to_days()} days.",
            metric=self.metric_approximate_number_of_messages_visible(
                period=PERIOD, statistic="Maximum"
            ),
        )
