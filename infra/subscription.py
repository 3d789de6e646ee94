"""Subscription of a consumer: its queue on the topic, filtered by type, and its DLQ."""

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
"""The age of a message at which the alarm goes off, well before it becomes a dead letter."""

TRIES_PERIOD = Duration.seconds(2 * backoff.LONGEST_DELAY)
"""The alarm's period: longer than any delay, so that the alarm does not clear between two tries."""


class Subscription(Construct):
    """A consumer's subscription to the topic; `queue` receives its messages."""

    def __init__(self, stack: StageStack, *, consumer: Consumer) -> None:
        super().__init__(stack, "Inbox")

        def name(suffix: str = "") -> str:
            return names.queue(
                stack.stage.name, consumer.name, ordered=consumer.ordered, suffix=suffix
            )

        dead_letters = DeadLetterQueue(
            self,
            "DeadLetters",
            stage=stack.stage,
            queue_name=name(names.DEAD_LETTERS),
            holds=f"what {consumer.name} could not handle. Find out why from its log, mend it, and"
            " redrive the queue",
        )
        self.queue = SafeQueue(
            self,
            "Queue",
            queue_name=name(),
            retention=RETENTION,
            visibility=Duration.seconds(backoff.visibility(consumer.timeout)),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=dead_letters, max_receive_count=backoff.receives_to_ride_out()
            ),
        )
        self.queue.allow(stack.topic_arn)
        subscription = sns.Subscription(
            self,
            "Subscription",
            topic=sns.Topic.from_topic_arn(self, "Topic", stack.topic_arn),
            protocol=sns.SubscriptionProtocol.SQS,
            endpoint=self.queue.queue_arn,
            raw_message_delivery=True,
            filter_policy={
                "type": sns.SubscriptionFilter.string_filter(
                    allowlist=list(consumer.subscribed_types)
                )
            },
            dead_letter_queue=sqs.Queue.from_queue_arn(self, "Undelivered", stack.undelivered_arn),
        )
        # SNS does not retry a delivery that the queue's policy does not allow yet.
        subscription.node.add_dependency(self.queue.node.find_child("Policy"))
        # In a standard queue the age of the oldest message omits messages that were received three
        # times. So one alarm is for messages that wait, the other for messages that keep failing.
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
        Alarm(
            self,
            "Late",
            stage=stack.stage,
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
            stage=stack.stage,
            alarm_name=f"{name()}-failing",
            description=f"{consumer.name} has failed a message {tries} times, for"
            f" {LATE.to_minutes()} minutes. Its log says why. After"
            f" {backoff.receives_to_ride_out()} times it is a dead letter.",
            metric=counted(consumer.name, TRIES, statistic="Maximum", period=TRIES_PERIOD),
            threshold=tries,
        )
