from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.map import BUS
from infra.stage import DEV, InvalidStage
from tests.support.assembly import Assembly, synthesize
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


def statements(stage: Assembly) -> list[dict[str, Any]]:
    policy = stage.only("AWS::SNS::TopicPolicy", STACK)["PolicyDocument"]
    return list(policy["Statement"])


def test_another_account_may_only_subscribe_its_own_queues_to_the_topic(
    dev: Assembly, tmp_path: Path
) -> None:
    other = "210987654321"
    synthesize(tmp_path, replace(DEV, subscriber_accounts=(other,)), consumers=())

    (added,) = (each for each in statements(Assembly(tmp_path)) if each not in statements(dev))
    assert added == {
        "Sid": f"Subscribe{other}",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{other}:root"},
        "Action": "sns:Subscribe",
        "Resource": f"arn:aws:sns:{REGION}:{ACCOUNT}:fanfare-dev-events.fifo",
        "Condition": {
            "StringEquals": {"sns:Protocol": "sqs"},
            "StringLike": {"sns:Endpoint": f"arn:*:sqs:*:{other}:*"},
        },
    }
    assert len(statements(Assembly(tmp_path))) == len(statements(dev)) + 1


def test_without_a_setting_nobody_else_may_use_the_topic(dev: Assembly) -> None:
    assert {each["Effect"] for each in statements(dev)} == {"Deny"}


@pytest.mark.parametrize("account", ["21098765432", "*", "arn:aws:iam::210987654321:root"])
def test_what_is_no_account_is_refused(account: str) -> None:
    with pytest.raises(InvalidStage, match=r"is not the id of an account\. Name each by its 12"):
        replace(DEV, subscriber_accounts=(account,))
