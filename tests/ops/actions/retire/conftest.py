"""A consumer outside the map, deployed under moto, with a fake event source."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from moto import mock_aws

from functions import names
from functions.runtime.aws.client import client_factory
from ops.actions.retire import retire
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from tests.ops.actions.test_pause import FakeEventSources
from tests.support.fake_time import Time

NAME = "examplegreeting"
TABLE = "fanfare-local-examplegreeting-cards"


def template(*, kept: bool) -> str:
    """Return the template of a consumer, as far as moto supports it."""
    policy = {"DeletionPolicy": "RetainExceptOnCreate"} if kept else {}

    def queue(suffix: str = "") -> dict[str, Any]:
        name = names.queue("local", NAME, ordered=False, suffix=suffix)
        return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}

    key = {"AttributeName": "order", "AttributeType": "S"}
    table = {
        "TableName": TABLE,
        "AttributeDefinitions": [key],
        "KeySchema": [{"AttributeName": "order", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    subscription = {"TopicArn": "its topic", "Protocol": "sqs"}
    return json.dumps(
        {
            "Resources": {
                "Queue": queue(),
                "DeadLetters": queue(names.DEAD_LETTERS),
                "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": subscription},
                "Cards": {"Type": "AWS::DynamoDB::Table", "Properties": table} | policy,
            }
        }
    )


class Stage:
    """A stage with one consumer; the fake clock advances on sleep and calls `meanwhile`."""

    def __init__(self, connection: Connection, sources: FakeEventSources) -> None:
        self.connection = connection
        self.sources = sources
        self.time = Time()
        self.meanwhile: Callable[[], None] = lambda: None
        self.topic = connection.client("sns").create_topic(
            Name=names.topic("local"), Attributes={"FifoTopic": "true"}
        )["TopicArn"]

    def deploy(self, *, kept: bool = False) -> None:
        """Create the consumer's stack, and its subscription, which moto leaves out."""
        self.connection.client("cloudformation").create_stack(
            StackName=self.stack, TemplateBody=template(kept=kept)
        )
        self.connection.client("sns").subscribe(
            TopicArn=self.topic, Protocol="sqs", Endpoint=self._arn(NAME)
        )
        # Another consumer with the same prefix.
        self.connection.client("sqs").create_queue(QueueName="fanfare-local-examplegreetings")
        self.connection.client("sns").subscribe(
            TopicArn=self.topic, Protocol="sqs", Endpoint=self._arn("examplegreetings")
        )

    stack = names.prefixed("local", NAME)

    def put(self, suffix: str = "") -> None:
        """Put a message into its queue, or into the queue with a suffix."""
        self.connection.client("sqs").send_message(QueueUrl=self._url(suffix), MessageBody="{}")

    def lose(self) -> str:
        """Put a message into the topic's dead-letter queue; return the name of that queue."""
        sqs = self.connection.client("sqs")
        name = names.undelivered("local")
        url = sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})["QueueUrl"]
        sqs.send_message(
            QueueUrl=url, MessageBody="lost", MessageGroupId="A", MessageDeduplicationId="1"
        )
        return name

    def process(self) -> None:
        """Process one message of its queue."""
        sqs = self.connection.client("sqs")
        for message in sqs.receive_message(QueueUrl=self._url()).get("Messages", []):
            sqs.delete_message(QueueUrl=self._url(), ReceiptHandle=message["ReceiptHandle"])

    def subscribers(self) -> list[str]:
        """Return the queues with a subscription."""
        found = self.connection.client("sns").list_subscriptions_by_topic(TopicArn=self.topic)
        return [each["Endpoint"].rpartition("-")[2] for each in found["Subscriptions"]]

    def exists(self) -> bool:
        """Return whether the consumer's queue exists."""
        queues = self.connection.client("sqs").list_queues().get("QueueUrls", [])
        return any(url.endswith(f"-{NAME}") for url in queues)

    def retire(self, options: Options | None = None, **given: Any) -> ExitCode:
        """Retire it, as the command does."""
        usual = {"without_draining": False, "drop_dead_letters": False}
        return retire(
            self.connection,
            options or Options(),
            NAME,
            **(usual | {"wait": 60.0, "yes": False} | given),
            clock=self.time,
            sleep=self._sleep,
        )

    def _sleep(self, seconds: float) -> None:
        self.time.sleep(seconds)
        self.meanwhile()

    def _url(self, suffix: str = "") -> str:
        name = names.queue("local", NAME, ordered=False, suffix=suffix)
        return str(self.connection.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    def _arn(self, consumer: str) -> str:
        place = str(self.topic).replace(":sns:", ":sqs:").rpartition(":")[0]
        return f"{place}:{names.prefixed('local', consumer)}"


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Give a stage without the consumer."""
    sources = FakeEventSources()
    with mock_aws():
        factory = client_factory()
        connection = Connection(
            stage="local",
            client=cache(lambda service: sources if service == "lambda" else factory(service)),
        )
        yield Stage(connection, sources)
