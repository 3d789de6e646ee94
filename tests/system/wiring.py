"""Creates a stage from its templates under moto: tables, queues, the topic, and the schedules.

moto's CloudFormation silently skips subscriptions, so it is not used.
"""

import json
from typing import Any

from functions.framework.notices import SUFFIX
from functions.map import BUS
from functions.runtime.main import Clients
from functions.runtime.settings import SERVICE
from testkit.polling import Source
from tests.support.template import ACCOUNT, REGION, Resource, Templates

TARGET = ("TopicArn", "Protocol", "Endpoint")


def create(templates: Templates, client: Clients) -> None:
    for table in templates.resources("AWS::DynamoDB::Table"):
        properties = _without(table, "PointInTimeRecoverySpecification", "SSESpecification")
        if "StreamSpecification" in properties:
            properties["StreamSpecification"] |= {"StreamEnabled": True}
        client("dynamodb").create_table(**properties)
    queues = templates.resources("AWS::SQS::Queue")
    for queue in sorted(queues, key=lambda queue: "RedrivePolicy" in queue.properties):
        attributes = _attributes(queue, "QueueName")
        client("sqs").create_queue(QueueName=queue.properties["QueueName"], Attributes=attributes)
    for topic in templates.resources("AWS::SNS::Topic"):
        attributes = _attributes(topic, "TopicName")
        client("sns").create_topic(Name=topic.properties["TopicName"], Attributes=attributes)
    for subscription in templates.resources("AWS::SNS::Subscription"):
        target = {name: subscription.properties[name] for name in TARGET}
        client("sns").subscribe(**target, Attributes=_attributes(subscription, *TARGET))


def _without(resource: Resource, *names: str) -> dict[str, Any]:
    """Return a resource's properties, except its tags and those with these names."""
    return {
        name: value for name, value in resource.properties.items() if name not in (*names, "Tags")
    }


def _attributes(resource: Resource, *names: str) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in _without(resource, *names).items()
    }


def environments_of(templates: Templates) -> dict[str, dict[str, str]]:
    """Return the environment of each function, by the function's name."""
    return {
        function.properties["FunctionName"]: function.properties["Environment"]["Variables"]
        for function in templates.resources("AWS::Lambda::Function")
    }


def sources_of(templates: Templates) -> dict[str, Source]:
    """Return the event source of each consumer that is subscribed to the topic."""
    environments = environments_of(templates)
    queues = {
        queue.properties["QueueName"]: queue.properties
        for queue in templates.resources("AWS::SQS::Queue")
    }
    mappings = [
        mapping.properties for mapping in templates.resources("AWS::Lambda::EventSourceMapping")
    ]
    assert all(each["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for each in mappings)
    (relay,) = (each for each in mappings if _name(each["EventSourceArn"]) not in queues)
    assert relay["BatchSize"] == BUS.batch
    mappings.remove(relay)
    return {
        environments[mapping["FunctionName"]][SERVICE]: Source(
            url=_url(arn := mapping["EventSourceArn"]),
            dead_letters=_url(queues[_name(arn)]["RedrivePolicy"]["deadLetterTargetArn"]),
            fifo=bool(queues[_name(arn)].get("FifoQueue")),
            batch=int(mapping["BatchSize"]),
        )
        for mapping in mappings
        if not _name(mapping["EventSourceArn"]).endswith(SUFFIX)
    }


def ticks_of(templates: Templates) -> dict[str, Any]:
    """Return the event of each scheduled rule, by the service that it invokes."""
    environments = environments_of(templates)
    return {
        environments[_name(target["Arn"])][SERVICE]: json.loads(target["Input"])
        for rule in templates.resources("AWS::Events::Rule")
        if "ScheduleExpression" in rule.properties
        for target in rule.properties["Targets"]
    }


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]


def _url(arn: str) -> str:
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{_name(arn)}"
