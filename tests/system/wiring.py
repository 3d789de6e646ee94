"""Creates a stage from its templates under moto: tables, queues, the topic, and the handlers.

moto's CloudFormation silently skips subscriptions, so it is not used.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from functions.runtime.handlers.observer import Observer
from functions.runtime.main import Clients, Handler, build
from functions.runtime.settings import SERVICE
from tests.support.template import Resource, Templates

type ClientsOf = Callable[[str], Clients]
"""Returns the AWS clients of a function, by its service."""

TABLE = (
    "TableName",
    "KeySchema",
    "AttributeDefinitions",
    "GlobalSecondaryIndexes",
    "BillingMode",
    "StreamSpecification",
)
QUEUE = (
    "FifoQueue",
    "VisibilityTimeout",
    "MessageRetentionPeriod",
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
    "RedrivePolicy",
)
SUBSCRIPTION = ("RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy")


@dataclass(frozen=True)
class Source:
    """A consumer's queue, its DLQ, and the batch size of its event source."""

    arn: str
    url: str
    dead_letters: str
    fifo: bool
    batch: int


@dataclass(frozen=True)
class Wiring:
    """Handlers, their environments, the queues of consumers, and the events of scheduled rules."""

    handlers: Mapping[str, Handler]
    environments: Mapping[str, Mapping[str, str]]
    sources: Mapping[str, Source]
    stream_batch: int
    ticks: Mapping[str, Any]


def wire(templates: Templates, client: Clients, observer: Observer, clients: ClientsOf) -> Wiring:
    """Create all that the templates declare."""
    _make_tables(templates, client("dynamodb"))
    _make_queues(templates, client("sqs"))
    _make_topic(templates, client("sns"))
    functions = {
        function.properties["FunctionName"]: function.properties["Environment"]["Variables"]
        for function in templates.resources("AWS::Lambda::Function")
    }
    services = {name: environ[SERVICE] for name, environ in functions.items()}
    environments = {environ[SERVICE]: environ for environ in functions.values()}
    return Wiring(
        handlers={
            service: build(environ, observer=observer, clients=clients(service))
            for service, environ in environments.items()
        },
        environments=environments,
        sources=dict(_sources(templates, services, client("sqs"))),
        stream_batch=_stream_batch(templates),
        ticks=dict(_ticks(templates, services)),
    )


def _make_tables(templates: Templates, dynamodb: Any) -> None:
    for table in templates.resources("AWS::DynamoDB::Table"):
        properties = {name: table.properties[name] for name in TABLE if name in table.properties}
        if "StreamSpecification" in properties:
            properties["StreamSpecification"] |= {"StreamEnabled": True}
        dynamodb.create_table(**properties)


def _make_queues(templates: Templates, sqs: Any) -> None:
    queues = list(templates.resources("AWS::SQS::Queue"))
    for queue in sorted(queues, key=lambda queue: "RedrivePolicy" in queue.properties):
        sqs.create_queue(
            QueueName=queue.properties["QueueName"], Attributes=_attributes(queue, QUEUE)
        )


def _make_topic(templates: Templates, sns: Any) -> None:
    for topic in templates.resources("AWS::SNS::Topic"):
        sns.create_topic(
            Name=topic.properties["TopicName"], Attributes=_attributes(topic, ("FifoTopic",))
        )
    for subscription in templates.resources("AWS::SNS::Subscription"):
        sns.subscribe(
            TopicArn=subscription.properties["TopicArn"],
            Protocol=subscription.properties["Protocol"],
            Endpoint=subscription.properties["Endpoint"],
            Attributes=_attributes(subscription, SUBSCRIPTION),
        )


def _sources(
    templates: Templates, services: Mapping[str, str], sqs: Any
) -> Iterator[tuple[str, Source]]:
    queues = {
        queue.properties["QueueName"]: queue.properties
        for queue in templates.resources("AWS::SQS::Queue")
    }
    for mapping in templates.resources("AWS::Lambda::EventSourceMapping"):
        arn = mapping.properties["EventSourceArn"]
        assert mapping.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        if _name(arn) not in queues:
            continue
        queue = queues[_name(arn)]
        dead = _name(queue["RedrivePolicy"]["deadLetterTargetArn"])
        yield (
            services[mapping.properties["FunctionName"]],
            Source(
                arn=arn,
                url=sqs.get_queue_url(QueueName=_name(arn))["QueueUrl"],
                dead_letters=sqs.get_queue_url(QueueName=dead)["QueueUrl"],
                fifo=bool(queue.get("FifoQueue")),
                batch=int(mapping.properties["BatchSize"]),
            ),
        )


def _ticks(templates: Templates, services: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for rule in templates.resources("AWS::Events::Rule"):
        for target in rule.properties["Targets"]:
            yield services[_name(target["Arn"])], json.loads(target["Input"])


def _stream_batch(templates: Templates) -> int:
    (batch,) = (
        int(mapping.properties["BatchSize"])
        for mapping in templates.resources("AWS::Lambda::EventSourceMapping")
        if "StartingPosition" in mapping.properties
    )
    return batch


def _attributes(resource: Resource, names: tuple[str, ...]) -> dict[str, str]:
    return {
        name: value if isinstance(value := resource.properties[name], str) else json.dumps(value)
        for name in names
        if name in resource.properties
    }


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]
