"""The permissions of a call: one for each item of a transaction; an unknown call is an error."""

from typing import Any

import pytest
from moto import mock_aws

from functions.runtime.aws.client import client_factory
from tests.iam.permissions import Permission, Recorder, UnknownCall, required
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
def test_a_transaction_requires_a_permission_for_each_item_on_its_table(
    kind: str, action: str
) -> None:
    items = [{kind: {"TableName": "a"}}, {"Put": {"TableName": "b"}}]

    assert list(required("dynamodb", "TransactWriteItems", {"TransactItems": items})) == [
        Permission(f"dynamodb:{action}", table_arn("a")),
        Permission("dynamodb:PutItem", table_arn("b")),
    ]


def test_a_query_of_an_index_requires_a_permission_on_the_index_only() -> None:
    query = {"TableName": "a", "IndexName": "open"}

    assert list(required("dynamodb", "Query", query)) == [
        Permission("dynamodb:Query", table_arn("a/index/open"))
    ]


def test_a_mail_requires_permissions_on_sender_and_recipients_with_the_sender_as_context() -> None:
    mail = {"FromEmailAddress": "a@b.example", "Destination": {"ToAddresses": ["c@d.example"]}}
    ses = f"arn:aws:ses:{REGION}:{ACCOUNT}"

    found = list(required("sesv2", "SendEmail", mail))

    assert {need.resource for need in found} == {
        f"{ses}:identity/a@b.example",
        f"{ses}:identity/c@d.example",
        f"{ses}:configuration-set/default",
    }
    assert {need.context["ses:FromAddress"] for need in found} == {"a@b.example"}


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("dynamodb", "BatchGetItem", {}),
        ("dynamodb", "TransactWriteItems", {"TransactItems": [{"Get": {"TableName": "a"}}]}),
        ("s3", "PutObject", {}),
    ],
)
def test_an_unknown_call_is_an_error(service: str, operation: str, params: dict[str, Any]) -> None:
    with pytest.raises(UnknownCall):
        list(required(service, operation, params))


def test_an_unknown_call_is_not_sent() -> None:
    with mock_aws():
        sqs = Recorder().clients("payment")("sqs")
        with pytest.raises(UnknownCall, match="sqs CreateQueue"):
            sqs.create_queue(QueueName="another")
        assert "QueueUrls" not in client_factory()("sqs").list_queues()


def test_each_call_is_recorded_under_the_role_of_its_client() -> None:
    recorder = Recorder()
    with mock_aws():
        for role, queue in (("payment", "a"), ("email", "b")):
            url = client_factory()("sqs").create_queue(QueueName=queue)["QueueUrl"]
            recorder.clients(role)("sqs").send_message(QueueUrl=url, MessageBody="x")

    assert recorder.calls == 2
    assert recorder.operations == {("payment", "sqs.SendMessage"), ("email", "sqs.SendMessage")}
    assert recorder.permissions == {
        ("payment", Permission("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:a")),
        ("email", Permission("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:b")),
    }
