"""Queues: encrypted, over TLS only, and which of them the topic may fill."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.runtime import backoff

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
