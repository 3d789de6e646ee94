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

type Services = Mapping[str, str]
"""Each function's service, by the function's name."""

TARGET = ("TopicArn", "Protocol", "Endpoint")


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
    _create_tables(templates, client("dynamodb"))
    _create_queues(templates, client("sqs"))
    _create_topic(templates, client("sns"))
    functions = {
        function.properties["FunctionName"]: function.properties["Environment"]["Variables"]
        for function in templates.resources("AWS::Lambda::Function")
    }
    services = {name: environ[SERVICE] for name, environ in functions.items()}
    environments = {environ[SERVICE]: environ for environ in functions.values()}
    (stream_batch,) = (
        int(mapping.properties["BatchSize"])
        for mapping in templates.resources("AWS::Lambda::EventSourceMapping")
        if "StartingPosition" in mapping.properties
    )
    return Wiring(
        handlers={
            service: build(environ, observer=observer, clients=clients(service))
            for service, environ in environments.items()
        },
        environments=environments,
        sources=dict(_sources(templates, services, client("sqs"))),
        stream_batch=stream_batch,
        ticks=dict(_ticks(templates, services)),
    )


def _create_tables(templates: Templates, dynamodb: Any) -> None:
    for table in templates.resources("AWS::DynamoDB::Table"):
        properties = _without(table, "PointInTimeRecoverySpecification", "SSESpecification")
        if "StreamSpecification" in properties:
            properties["StreamSpecification"] |= {"StreamEnabled": True}
        dynamodb.create_table(**properties)


def _create_queues(templates: Templates, sqs: Any) -> None:
    queues = list(templates.resources("AWS::SQS::Queue"))
    for queue in sorted(queues, key=lambda queue: "RedrivePolicy" in queue.properties):
        name = queue.properties["QueueName"]
        sqs.create_queue(QueueName=name, Attributes=_attributes(_without(queue, "QueueName")))


def _create_topic(templates: Templates, sns: Any) -> None:
    for topic in templates.resources("AWS::SNS::Topic"):
        name = topic.properties["TopicName"]
        sns.create_topic(Name=name, Attributes=_attributes(_without(topic, "TopicName")))
    for subscription in templates.resources("AWS::SNS::Subscription"):
        target = {name: subscription.properties[name] for name in TARGET}
        sns.subscribe(**target, Attributes=_attributes(_without(subscription, *TARGET)))


def _without(resource: Resource, *names: str) -> dict[str, Any]:
    """Return a resource's properties, except its tags and those with these names."""
    return {
        name: value for name, value in resource.properties.items() if name not in (*names, "Tags")
    }


def _attributes(properties: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in properties.items()
    }


def _sources(templates: Templates, services: Services, sqs: Any) -> Iterator[tuple[str, Source]]:
    queues = {
        queue.properties["QueueName"]: queue.properties
        for queue in templates.resources("AWS::SQS::Queue")
    }
    for mapping in templates.resources("AWS::Lambda::EventSourceMapping"):
        arn = mapping.properties["EventSourceArn"]
        assert mapping.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        queue = queues.get(_name(arn))
        if queue is None:
            continue
        url, dead_letters = (
            sqs.get_queue_url(QueueName=_name(each))["QueueUrl"]
            for each in (arn, queue["RedrivePolicy"]["deadLetterTargetArn"])
        )
        fifo, batch = bool(queue.get("FifoQueue")), int(mapping.properties["BatchSize"])
        source = Source(arn, url, dead_letters, fifo, batch)
        yield services[mapping.properties["FunctionName"]], source


def _ticks(templates: Templates, services: Services) -> Iterator[tuple[str, Any]]:
    for rule in templates.resources("AWS::Events::Rule"):
        for target in rule.properties["Targets"]:
            yield services[_name(target["Arn"])], json.loads(target["Input"])


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]
