from functions.map import BUS
from tests.support.assembly import Assembly
from tests.support.template import ACCOUNT, REGION, table_arn

STACK = "fanfare-dev-bus"


def test_the_log_has_a_stream_of_new_items_and_a_place_for_each_decision(dev: Assembly) -> None:
    log = dev.only("AWS::DynamoDB::Table", STACK)
    assert log["TableName"] == "fanfare-dev-log"
    assert log["KeySchema"] == [
        {"AttributeName": "subject", "KeyType": "HASH"},
        {"AttributeName": "slot", "KeyType": "RANGE"},
    ]
    assert log["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_the_topic_keeps_order_and_speed_by_message_group_and_is_told_what_is_a_duplicate(
    dev: Assembly,
) -> None:
    assert dev.only("AWS::SNS::Topic", STACK) == {
        "TopicName": "fanfare-dev-events.fifo",
        "FifoTopic": True,
        "FifoThroughputScope": "MessageGroup",
        "ContentBasedDeduplication": False,
        "KmsMasterKeyId": "alias/aws/sns",
    }


def test_the_relay_reads_the_whole_stream_in_order_and_gives_up_on_a_record_in_the_end(
    dev: Assembly,
) -> None:
    source = dev.only("AWS::Lambda::EventSourceMapping", STACK)
    assert source == {
        "EventSourceArn": f"{table_arn('fanfare-dev-log')}/stream/LATEST",
        "FunctionName": "fanfare-dev-relay",
        "StartingPosition": "TRIM_HORIZON",
        "ParallelizationFactor": 1,
        "BatchSize": BUS.batch,
        "BisectBatchOnFunctionError": True,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "MaximumRecordAgeInSeconds": BUS.record_age,
        "DestinationConfig": {
            "OnFailure": {"Destination": f"arn:aws:sqs:{REGION}:{ACCOUNT}:fanfare-dev-unpublished"}
        },
    }


def test_what_the_relay_gives_up_on_is_kept_in_a_standard_queue_for_two_weeks(
    dev: Assembly,
) -> None:
    unpublished = dev.queue(STACK, "fanfare-dev-unpublished")
    assert "FifoQueue" not in unpublished
    assert unpublished["MessageRetentionPeriod"] == 14 * 24 * 60 * 60


def test_what_the_topic_cannot_deliver_is_kept_in_a_fifo_queue_for_two_weeks(
    dev: Assembly,
) -> None:
    undelivered = dev.queue(STACK, "fanfare-dev-undelivered.fifo")
    assert undelivered["FifoQueue"] is True
    assert undelivered["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
