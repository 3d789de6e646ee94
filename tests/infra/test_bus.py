from functions.map import BUS
from tests.support.assembly import Assembly
from tests.support.template import ACCOUNT, REGION, table_arn

STACK = "fanfare-dev-bus"


def test_the_log_is_keyed_by_subject_and_slot_with_a_stream_of_new_images(dev: Assembly) -> None:
    log = dev.only("AWS::DynamoDB::Table", STACK)
    assert log["TableName"] == "fanfare-dev-log"
    assert log["KeySchema"] == [
        {"AttributeName": "subject", "KeyType": "HASH"},
        {"AttributeName": "slot", "KeyType": "RANGE"},
    ]
    assert log["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_the_topic_is_fifo_by_message_group_with_explicit_deduplication(dev: Assembly) -> None:
    assert dev.only("AWS::SNS::Topic", STACK) == {
        "TopicName": "fanfare-dev-events.fifo",
        "FifoTopic": True,
        "FifoThroughputScope": "MessageGroup",
        "ContentBasedDeduplication": False,
        "KmsMasterKeyId": "alias/aws/sns",
    }


def test_the_relay_reads_the_whole_stream_in_order_with_a_maximum_record_age(
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


def test_unpublished_events_stay_in_a_standard_queue_for_two_weeks(
    dev: Assembly,
) -> None:
    unpublished = dev.queue(STACK, "fanfare-dev-unpublished")
    assert "FifoQueue" not in unpublished
    assert unpublished["MessageRetentionPeriod"] == 14 * 24 * 60 * 60


def test_undelivered_messages_stay_in_a_fifo_queue_for_two_weeks(
    dev: Assembly,
) -> None:
    undelivered = dev.queue(STACK, "fanfare-dev-undelivered.fifo")
    assert undelivered["FifoQueue"] is True
    assert undelivered["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
