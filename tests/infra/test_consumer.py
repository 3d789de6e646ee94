import pytest

from functions.framework.service import Consumer
from functions.map import CONSUMERS
from functions.runtime import backoff
from tests.infra.conftest import LISTENER, stack_of
from tests.support.assembly import Assembly
from tests.support.tables import usual_tables
from tests.support.template import ACCOUNT, REGION

DAY = 24 * 60 * 60

every_consumer = pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda row: row.name)


def arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def queue_of(consumer: Consumer, suffix: str = "") -> str:
    return f"{stack_of(consumer)}{suffix}{'.fifo' if consumer.ordered else ''}"


@every_consumer
def test_a_subscription_delivers_exactly_the_types_that_the_consumer_declares(
    dev: Assembly, consumer: Consumer
) -> None:
    assert dev.only("AWS::SNS::Subscription", stack_of(consumer)) == {
        "TopicArn": arn("sns", "fanfare-dev-events.fifo"),
        "Protocol": "sqs",
        "Endpoint": arn("sqs", queue_of(consumer)),
        "RawMessageDelivery": True,
        "FilterPolicy": {"type": sorted(on.event.__name__ for on in consumer.on)},
        "RedrivePolicy": {"deadLetterTargetArn": arn("sqs", "fanfare-dev-undelivered.fifo")},
    }


def test_a_subscription_depends_on_the_policy_of_its_queue(dev: Assembly) -> None:
    for template in dev.stacks.values():
        resources = template["Resources"]
        for subscription in resources.values():
            if subscription["Type"] == "AWS::SNS::Subscription":
                needed = {resources[name]["Type"] for name in subscription["DependsOn"]}
                assert "AWS::SQS::QueuePolicy" in needed


@every_consumer
def test_receives_last_for_six_hours_also_for_a_function_that_never_runs(
    dev: Assembly, consumer: Consumer
) -> None:
    queue = dev.queue(stack_of(consumer), queue_of(consumer))
    tries = queue["RedrivePolicy"]["maxReceiveCount"]
    assert queue["VisibilityTimeout"] >= 6 * consumer.timeout
    assert (tries - 1) * queue["VisibilityTimeout"] >= 6 * 60 * 60
    waited = [sum(backoff.delay(n) for n in range(1, last)) for last in (tries - 1, tries)]
    assert waited[0] < 6 * 60 * 60 <= waited[1]


@every_consumer
def test_a_queue_keeps_messages_for_four_days_and_its_dead_letters_for_fourteen(
    dev: Assembly, consumer: Consumer
) -> None:
    queue = dev.queue(stack_of(consumer), queue_of(consumer))
    dead_letters = dev.queue(stack_of(consumer), queue_of(consumer, "-dlq"))
    assert queue["MessageRetentionPeriod"] == 4 * DAY
    assert dead_letters["MessageRetentionPeriod"] == 14 * DAY
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == arn("sqs", dead_letters["QueueName"])


@every_consumer
def test_the_event_source_has_the_declared_batch_and_concurrency_and_reports_failures(
    dev: Assembly, consumer: Consumer
) -> None:
    assert dev.only("AWS::Lambda::EventSourceMapping", stack_of(consumer)) == {
        "EventSourceArn": arn("sqs", queue_of(consumer)),
        "FunctionName": stack_of(consumer),
        "BatchSize": consumer.batch,
        "ScalingConfig": {"MaximumConcurrency": consumer.concurrency},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }


@every_consumer
def test_a_functions_environment_has_all_settings_of_the_runtime(
    dev: Assembly, consumer: Consumer
) -> None:
    function = dev.only("AWS::Lambda::Function", stack_of(consumer))
    assert function["Environment"]["Variables"] == {
        "FANFARE_SERVICE": consumer.name,
        "FANFARE_LOG": "fanfare-dev-log",
        "FANFARE_QUEUE": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{queue_of(consumer)}",
        **({"FANFARE_ADAPTER": consumer.adapters[0].name} if consumer.adapters else {}),
    } | {
        f"FANFARE_TABLE_{own.name.upper()}": f"{stack_of(consumer)}-{own.name}"
        for own in usual_tables(consumer)
    }


def test_a_parallel_consumer_has_standard_queues(dev: Assembly) -> None:
    parallel = next(consumer for consumer in CONSUMERS if not consumer.ordered)
    for each in dev.resources("AWS::SQS::Queue", stack_of(parallel)):
        assert "FifoQueue" not in each.properties


def test_an_ordered_consumer_has_fifo_queues_with_high_throughput(
    listening: Assembly,
) -> None:
    for name in ("fanfare-dev-examplelistener.fifo", "fanfare-dev-examplelistener-dlq.fifo"):
        fifo = listening.queue(stack_of(LISTENER), name)
        assert fifo["FifoQueue"] is True
        assert fifo["DeduplicationScope"] == "messageGroup"
        assert fifo["FifoThroughputLimit"] == "perMessageGroupId"


def test_an_ordered_consumer_has_no_batching_window(listening: Assembly) -> None:
    source = listening.only("AWS::Lambda::EventSourceMapping", stack_of(LISTENER))
    assert "MaximumBatchingWindowInSeconds" not in source
    assert source["BatchSize"] == 3
    assert source["ScalingConfig"] == {"MaximumConcurrency": 7}
