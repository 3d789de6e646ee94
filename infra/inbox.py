"""A consumer's inbox: its queue on the topic, filtered, and the queue of its dead letters."""

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions import names
from functions.runtime import backoff
from functions.runtime.service import Consumer
from infra.part import Part
from infra.queues import DEAD_LETTER_RETENTION, RETENTION, SafeQueue


class Inbox(Construct):
    """What the topic sends to one consumer; `queue` is where it waits."""

    def __init__(self, part: Part, *, consumer: Consumer) -> None:
        """Take the stack and the consumer's row."""
        super().__init__(part, "Inbox")

        def name(suffix: str = "") -> str:
            return names.queue(
                part.stage.name, consumer.name, ordered=consumer.ordered, suffix=suffix
            )

        dead_letters = SafeQueue(
            self,
            "DeadLetters",
            queue_name=name(names.DEAD_LETTERS),
            retention=DEAD_LETTER_RETENTION,
        )
        self.queue = SafeQueue(
            self,
            "Queue",
            queue_name=name(),
            retention=RETENTION,
            visibility=Duration.seconds(consumer.visibility),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=dead_letters, max_receive_count=backoff.receives_to_ride_out()
            ),
        )
        self.queue.admit(part.topic_arn)
        subscription = sns.Subscription(
            self,
            "Subscription",
            topic=sns.Topic.from_topic_arn(self, "Topic", part.topic_arn),
            protocol=sns.SubscriptionProtocol.SQS,
            endpoint=self.queue.queue_arn,
            raw_message_delivery=True,
            filter_policy={
                "type": sns.SubscriptionFilter.string_filter(allowlist=list(consumer.hears))
            },
            dead_letter_queue=sqs.Queue.from_queue_arn(self, "Undelivered", part.undelivered_arn),
        )
        # What the topic may not yet deliver is not tried again.
        subscription.node.add_dependency(self.queue)
