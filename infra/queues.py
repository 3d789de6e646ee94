"""Queues: encrypted, over TLS only, and which of them the topic may fill."""

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
    """A queue; one whose name ends in `.fifo` keeps order, and speed, by message group."""

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
        """Take the queue's name and how long it keeps and hides messages."""
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

    def admit(self, topic_arn: str) -> None:
        """Let the topic send to this queue; nobody else is let in by its policy."""
        self.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("sns.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": topic_arn}},
            )
        )


class DeadLetterQueue(SafeQueue):
    """Where messages end that nobody could handle: kept for long, and somebody is told.

    What a redrive has brought here is seen as well, since the alarm is on what lies here and not
    on what came.
    """

    def __init__(
        self, scope: Construct, name: str, *, stage: Stage, queue_name: str, holds: str
    ) -> None:
        """Take the stage, the queue's name, and what its messages are, for who is woken."""
        super().__init__(scope, name, queue_name=queue_name, retention=DEAD_LETTER_RETENTION)
        acknowledge(
            self,
            "AwsSolutions-SQS3",
            "Serverless-SQSRedrivePolicy",
            "ES6000",
            reason="It is itself where dead letters go, of a queue, a subscription or a stream.",
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
