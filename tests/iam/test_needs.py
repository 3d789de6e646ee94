"""What a call needs: an item of a transaction each its own right, and nobody guesses."""

from typing import Any

import pytest
from moto import mock_aws

from functions.runtime.aws.client import client_factory
from tests.iam.needs import Need, UnknownCall, needs
from tests.iam.recorder import Recorder
from tests.support.template import ACCOUNT, REGION, table_arn


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("Put", "PutItem"),
        ("Update", "UpdateItem"),
        ("Delete", "DeleteItem"),
        ("ConditionCheck", "ConditionCheckItem"),
    ],
)
def test_a_transaction_needs_a_right_for_each_of_its_items_on_its_table(
    kind: str, action: str
) -> None:
    items = [{kind: {"TableName": "a"}}, {"Put": {"TableName": "b"}}]

    assert list(needs("dynamodb", "TransactWriteItems", {"TransactItems": items})) == [
        Need(f"dynamodb:{action}", table_arn("a")),
        Need("dynamodb:PutItem", table_arn("b")),
    ]


def test_a_query_of_an_index_needs_a_right_to_the_index_alone() -> None:
    query = {"TableName": "a", "IndexName": "open"}

    assert list(needs("dynamodb", "Query", query)) == [
        Need("dynamodb:Query", table_arn("a/index/open"))
    ]


def test_a_mail_needs_a_right_to_whom_it_is_from_and_to_and_says_whom_it_is_from() -> None:
    mail = {"FromEmailAddress": "a@b.example", "Destination": {"ToAddresses": ["c@d.example"]}}
    ses = f"arn:aws:ses:{REGION}:{ACCOUNT}"

    found = list(needs("sesv2", "SendEmail", mail))

    assert {need.resource for need in found} == {
        f"{ses}:identity/a@b.example",
        f"{ses}:identity/c@d.example",
        f"{ses}:configuration-set/default",
    }
    assert {need.said["ses:FromAddress"] for need in found} == {"a@b.example"}


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("dynamodb", "BatchGetItem", {}),
        ("dynamodb", "TransactWriteItems", {"TransactItems": [{"Get": {"TableName": "a"}}]}),
        ("s3", "PutObject", {}),
    ],
)
def test_a_call_of_which_nobody_said_what_it_needs_is_an_error(
    service: str, operation: str, params: dict[str, Any]
) -> None:
    with pytest.raises(UnknownCall):
        list(needs(service, operation, params))


def test_a_client_that_makes_an_unknown_call_is_stopped_before_it_is_made() -> None:
    with mock_aws():
        sqs = Recorder().clients("payment")("sqs")
        with pytest.raises(UnknownCall, match="sqs CreateQueue"):
            sqs.create_queue(QueueName="another")
        assert "QueueUrls" not in client_factory()("sqs").list_queues()


def test_each_call_is_noted_of_whose_client_made_it() -> None:
    recorder = Recorder()
    with mock_aws():
        for who, queue in (("payment", "a"), ("email", "b")):
            url = client_factory()("sqs").create_queue(QueueName=queue)["QueueUrl"]
            recorder.clients(who)("sqs").send_message(QueueUrl=url, MessageBody="x")

    assert recorder.calls == 2
    assert recorder.operations == {"payment": {"sqs.SendMessage"}, "email": {"sqs.SendMessage"}}
    assert recorder.needs["email"] == {Need("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:b")}
