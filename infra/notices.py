"""Notices of SES: a configuration set, a rule for its bounces and complaints, and their queue."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions import names
from functions.framework.notices import SUFFIX
from functions.framework.service import Consumer
from functions.runtime import backoff
from infra.acknowledge import acknowledge
from infra.alarm import PERIOD, Alarm, failed_invocations
from infra.queues import RETENTION, DeadLetterQueue, SafeQueue
from infra.stage_stack import StageStack
from infra.subscription import LATE

BATCH = 10


class MailNotices(Construct):
    """What SES reports of a consumer's mails, on `queue`; `mail_set` names the configuration set.

    SES sends events to EventBridge's default bus, which puts those of this set into the queue. An
    SNS topic in between would need a customer managed key to be encrypted. Delivery is best effort;
    SES's own suppression list, which the set uses, also stops mails to an address that bounced.
    https://docs.aws.amazon.com/ses/latest/dg/monitoring-eventbridge.html
    """

    def __init__(self, stack: StageStack, *, consumer: Consumer) -> None:
        super().__init__(stack, "Notices")
        service = consumer.name
        self.mail_set = names.mail_set(stack.stage.name, service)
        mails = ses.ConfigurationSet(
            self,
            "Set",
            configuration_set_name=self.mail_set,
            suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
        )
        bus = events.EventBus.from_event_bus_name(self, "Bus", "default")
        mails.add_event_destination(
            "Reports",
            destination=ses.EventDestination.event_bus(bus),
            events=[ses.EmailSendingEvent.BOUNCE, ses.EmailSendingEvent.COMPLAINT],
        )

        def name(suffix: str) -> str:
            return names.queue(stack.stage.name, service, ordered=False, suffix=suffix)

        dead_letters = DeadLetterQueue(
            self,
            "DeadLetters",
            stage=stack.stage,
            queue_name=name(f"{SUFFIX}{names.DEAD_LETTERS}"),
            holds="notices of bounces and complaints that could not be read, or handled for hours."
            f" Find out why from the log of {service}, and redrive the queue",
        )
        # The function sets no delay for a notice that fails: it is hidden for the whole timeout.
        hidden = backoff.visibility(consumer.timeout)
        receives = -(-backoff.OUTAGE // hidden) + 1
        self.queue = SafeQueue(
            self,
            "Queue",
            queue_name=name(SUFFIX),
            retention=RETENTION,
            visibility=Duration.seconds(hidden),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=receives),
        )
        rule = events.Rule(
            self,
            "Rule",
            event_pattern=events.EventPattern(
                source=["aws.ses"],
                detail={"mail": {"tags": {"ses:configuration-set": [self.mail_set]}}},
            ),
            targets=[
                targets.SqsQueue(
                    self.queue,
                    message=events.RuleTargetInput.from_event_path("$.detail"),
                    dead_letter_queue=dead_letters,
                )
            ],
        )
        Alarm(
            self,
            "Late",
            stage=stack.stage,
            alarm_name=f"{name(SUFFIX)}-late",
            description=f"{service} is late with notices of bounces and complaints: one has waited"
            f" for {LATE.to_minutes()} minutes. Its log says why, or that it does not run.",
            metric=self.queue.metric_approximate_age_of_oldest_message(
                period=PERIOD, statistic="Maximum"
            ),
            threshold=LATE.to_seconds(),
        )
        Alarm(
            self,
            "Undelivered",
            stage=stack.stage,
            alarm_name=f"{name(SUFFIX)}-undelivered",
            description="EventBridge could not put a bounce or a complaint into the queue"
            f" {name(SUFFIX)}. Deploy the stack of {service} again.",
            metric=failed_invocations(rule),
        )

    def feed(self, function: lambda_.Function) -> None:
        """Make the queue a source of events of the function."""
        source = lambda_.EventSourceMapping(
            self,
            "Source",
            target=function,
            event_source_arn=self.queue.queue_arn,
            batch_size=BATCH,
            max_concurrency=2,
            report_batch_item_failures=True,
        )
        acknowledge(
            source,
            "Serverless-LambdaEventSourceMappingDestination",
            "ES1001",
            reason="An SQS source has no such destination: failures go to the dead-letter queue.",
        )
