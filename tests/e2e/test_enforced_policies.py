"""The shop on a local cloud that enforces policies: of each function's role, of queues and topic.

The emulator's errors are tested as well, so that a workaround is removed once it is obsolete. The
tests build on each other: each finds the state that the one before it left.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from events.order import fold
from functions import names
from functions.analytics.figures import figures
from functions.analytics.service import SERVICE as ANALYTICS
from functions.analytics.table import FIGURES, day_of
from functions.map import BUS, CONSUMERS, SERVICES
from functions.payment.service import SERVICE as PAYMENT
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.items import SLOT, SUBJECT
from functions.runtime.clock import utc_now
from ops.local.samples import samples
from ops.stage.connection import Connection
from ops.views.metrics import summed
from ops.views.orders import newest
from ops.views.outstanding import outstanding
from tests.e2e import enforcement
from tests.e2e.enforcement import acting_as, denied
from tests.e2e.local_cloud import LocalCloud, local_cloud, wait_until
from tests.support.summary import Figure

LOG = names.log_table("local")
KEY = {SUBJECT: {"S": "NOBODYS"}, SLOT: {"S": "placed"}}


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    with local_cloud(enforcing=True) as made:
        yield made


@pytest.fixture(scope="module")
def placed(cloud: LocalCloud) -> list[str]:
    return []


def test_checkout_puts_orders_under_its_own_role(cloud: LocalCloud, placed: list[str]) -> None:
    for sample in samples():
        answer = cloud.request("POST", "/checkout", body=sample.body)
        assert answer.status == 200, answer.data
        placed.append(answer.json()["id"])

    assert all(cloud.history(order).at("placed") for order in placed)


def test_the_emulator_denies_batch_calls_and_mail_that_aws_allows(cloud: LocalCloud) -> None:
    """Once one of these fails, remove it from `tests/e2e/enforcement.py` and docs/proof.md."""
    relay, payment = acting_as(cloud.connection, BUS), acting_as(cloud.connection, PAYMENT)
    topic, own, put_aside = topic_of(cloud), queue(payment, "payment"), queue(relay, "unpublished")
    many: dict[str, Any] = {"QueueUrl": own, "Entries": [{"Id": "0", "ReceiptHandle": "r"}]}
    one: dict[str, Any] = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}

    assert not denied(relay.client("sns").publish, TopicArn=topic, Message="{}", **one)
    assert denied(
        relay.client("sns").publish_batch,
        TopicArn=topic,
        PublishBatchRequestEntries=[{"Id": "0", "Message": "{}", **one}],
    )
    assert not denied(
        payment.client("sqs").change_message_visibility,
        QueueUrl=own,
        ReceiptHandle="r",
        VisibilityTimeout=0,
    )
    assert denied(payment.client("sqs").change_message_visibility_batch, **many)
    assert not denied(relay.client("sqs").send_message, QueueUrl=put_aside, MessageBody="{}")
    assert denied(
        relay.client("sqs").send_message_batch,
        QueueUrl=put_aside,
        Entries=[{"Id": "0", "MessageBody": "{}"}],
    )
    email = acting_as(cloud.connection, next(each for each in CONSUMERS if each.name == "email"))
    assert denied(
        email.client("sesv2").send_email,
        FromEmailAddress=names.LOCAL_SENDER,
        Destination={"ToAddresses": ["robin@example.com"]},
        Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    )


def test_orders_come_to_rest_with_every_function_under_its_own_role(
    cloud: LocalCloud, placed: list[str], figure: Figure
) -> None:
    enforcement.translate_policies(cloud.connection)

    wait_until(lambda: all(at_rest(cloud, order) for order in placed), 120, "all are at rest")
    ended = [fold(cloud.history(order)) for order in placed]
    figure("orders at rest under enforced roles", len(ended))
    assert all(sample.matches(order) for sample, order in zip(samples(), ended, strict=True))
    sources = {event.source for order in placed for event in cloud.history(order)}
    figure("services that stated facts under enforced roles", len(sources))
    assert sources == {"checkout", "payment", "inventory", "ordering", "shipping", "email"}
    wait_until(lambda: read_models(cloud) == (set(placed), len(placed)), 30, "list and figures")


def test_no_function_may_use_the_resources_of_another(cloud: LocalCloud, figure: Figure) -> None:
    refused = 0
    for service in SERVICES:
        me = acting_as(cloud.connection, service)
        dynamodb, sqs = me.client("dynamodb"), me.client("sqs")
        calls: list[tuple[Any, dict[str, Any]]] = [
            (dynamodb.scan, {"TableName": LOG}),
            (dynamodb.delete_item, {"TableName": LOG, "Key": KEY}),
            (dynamodb.update_item, {"TableName": LOG, "Key": KEY}),
            (me.client("secretsmanager").get_secret_value, {"SecretId": "fanfare-local-payment"}),
            (me.client("iam").list_roles, {}),
        ]
        if service is not BUS:
            publish: dict[str, Any] = {
                "TopicArn": topic_of(cloud),
                "Message": "{}",
                "MessageGroupId": "g",
            }
            calls.append((me.client("sns").publish, publish))
        for consumer in CONSUMERS:
            receive = {"QueueUrl": queue(cloud.connection, consumer.name, ordered=consumer.ordered)}
            if consumer is service:
                assert not denied(sqs.receive_message, **receive, VisibilityTimeout=0)
            else:
                calls.append((sqs.receive_message, receive))
            calls.append((sqs.send_message, receive | {"MessageBody": "{}"}))
        for call, arguments in calls:
            assert denied(call, **arguments), (service.name, call.__name__, arguments)
        refused += len(calls)
    figure("calls refused to functions' roles", refused)


def test_another_topics_message_does_not_reach_a_queue(cloud: LocalCloud) -> None:
    sns, sqs = cloud.connection.client("sns"), cloud.connection.client("sqs")
    url = queue(cloud.connection, "payment")
    arn = topic_of(cloud).replace(":sns:", ":sqs:").rpartition(":")[0] + ":fanfare-local-payment"
    foreign = sns.create_topic(Name="foreign")["TopicArn"]
    sns.subscribe(TopicArn=foreign, Protocol="sqs", Endpoint=arn)
    open_to_all = sqs.create_queue(QueueName="open")["QueueUrl"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    sqs.set_queue_attributes(
        QueueUrl=open_to_all,
        Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})},
    )
    sns.subscribe(
        TopicArn=foreign, Protocol="sqs", Endpoint=arn.replace("fanfare-local-payment", "open")
    )
    handled = seen(cloud)

    sns.publish(TopicArn=foreign, Message="forged")

    wait_until(lambda: waiting(cloud.connection, open_to_all) == 1, 30, "it was sent at all")
    assert (waiting(cloud.connection, url), seen(cloud)) == (0, handled)


def test_without_tls_not_even_the_accounts_root_may_use_queues_and_topic(
    cloud: LocalCloud,
) -> None:
    plain = Connection(stage="local", client=client_factory())
    sqs, sns = plain.client("sqs"), plain.client("sns")
    one = {"MessageGroupId": "g", "MessageDeduplicationId": "plain"}
    urls = cloud.connection.client("sqs").list_queues(QueueNamePrefix="fanfare-")["QueueUrls"]
    for client in (sqs, sns):
        client.meta.events.register("before-sign", as_if_over_http)

    assert denied(sns.publish, TopicArn=topic_of(cloud), Message="{}", **one)
    sources = sum(1 + bool(each.notices) for each in CONSUMERS)
    assert len(urls) == 2 * sources + 2
    for url in urls:
        assert denied(sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"]), url
        assert not denied(
            cloud.connection.client("sqs").get_queue_attributes,
            QueueUrl=url,
            AttributeNames=["All"],
        )


def as_if_over_http(request: Any, **_: Any) -> None:
    """Add the header of a proxy without TLS; the emulator trusts it."""
    request.headers["X-Forwarded-Proto"] = "http"


def at_rest(cloud: LocalCloud, order: str) -> bool:
    history = cloud.history(order)
    return outstanding(history) == () and not fold(history).moving


def read_models(cloud: LocalCloud) -> tuple[set[str], int]:
    """Return the orders in the list, and the number of orders in the figures."""
    counted = figures(cloud.connection.rows(ANALYTICS, FIGURES), 1, day_of(utc_now()))
    return {listed.id for listed in newest(cloud.connection, limit=100)}, summed(counted).orders


def topic_of(cloud: LocalCloud) -> str:
    (topic,) = (
        each["TopicArn"]
        for each in cloud.connection.client("sns").list_topics()["Topics"]
        if each["TopicArn"].endswith(names.topic("local"))
    )
    return str(topic)


def queue(connection: Connection, name: str, *, ordered: bool = False) -> str:
    url = connection.client("sqs").meta.endpoint_url
    return f"{url}/000000000000/{names.queue('local', name, ordered=ordered)}"


def waiting(connection: Connection, url: str) -> int:
    name = "ApproximateNumberOfMessages"
    found = connection.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return int(found["Attributes"][name])


def seen(cloud: LocalCloud) -> int:
    """Return the number of payment's log lines."""
    group = cloud.connection.log_group("payment")
    return len(cloud.connection.client("logs").filter_log_events(logGroupName=group)["events"])
