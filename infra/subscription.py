"""A consumer's inbox: its queue on the topic, filtered, and the queue of its dead letters."""

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions import names
from functions.framework.outcomes import TRIES
from functions.framework.service import Consumer
from functions.runtime import backoff
from infra.alarm import PERIOD, Alarm, counted
from infra.queues import RETENTION, DeadLetterQueue, SafeQueue
from infra.stage_stack import StageStack

LATE = Duration.seconds(backoff.OUTAGE // 6)
"""How long a message may wait before somebody is told: long before it dies of it."""

BETWEEN_TRIES = Duration.seconds(2 * backoff.LONGEST_DELAY)
"""So long is looked back for a try, so that between two of them nothing seems to be well again."""


class Inbox(Construct):
    """What the topic sends to one consumer; `queue` is where it waits."""

    def __init__(self, part: StageStack, *, consumer: Consumer) -> None:
        """Take the stack and the consumer's row."""
        super().__init__(part, "Inbox")

        def name(suffix: str = "") -> str:
            return names.queue(
                part.stage.name, consumer.name, ordered=consumer.ordered, suffix=suffix
            )

        dead_letters = DeadLetterQueue(
            self,
            "DeadLetters",
            stage=part.stage,
            queue_name=name(names.DEAD_LETTERS),
            holds=f"what {consumer.name} could not handle. Find out why from its log, mend it, and"
            " redrive the queue",
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
                "type": sns.SubscriptionFilter.string_filter(
                    allowlist=list(consumer.subscribed_types)
                )
            },
            dead_letter_queue=sqs.Queue.from_queue_arn(self, "Undelivered", part.undelivered_arn),
        )
        # What the topic may not yet deliver is not tried again.
        subscription.node.add_dependency(self.queue.node.find_child("Policy"))
        # The age of a standard queue's oldest message leaves out what was received three times. So
        # the one alarm is for what nobody receives, the other for what fails whenever it is tried.
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
        Alarm(
            self,
            "Late",
            stage=part.stage,
            alarm_name=f"{name()}-late",
            description=f"{consumer.name} is late: a message has waited for"
            f" {LATE.to_minutes()} minutes. Its log says why, or that it does not run.",
            metric=self.queue.metric_approximate_age_of_oldest_message(
                period=PERIOD, statistic="Maximum"
            ),
            threshold=LATE.to_seconds(),
        )
        tries = backoff.receives_to_ride_out(round(LATE.to_seconds()))
        Alarm(
            self,
            "Failing",
            stage=part.stage,
            alarm_name=f"{name()}-failing",
            description=f"{consumer.name} has failed a message {tries} times, for"
            f" {LATE.to_minutes()} minutes. Its log says why. After"
            f" {backoff.receives_to_ride_out()} times it is a dead letter.",
            metric=counted(consumer.name, TRIES, statistic="Maximum", period=BETWEEN_TRIES),
            threshold=tries,
        )
