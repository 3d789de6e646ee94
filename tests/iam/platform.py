"""What Lambda does under a function's role: it reads the function's source and writes its logs."""

from collections.abc import Iterator, Mapping
from typing import Any

from functions.runtime.settings import SERVICE
from tests.iam.needs import Need
from tests.support.template import ACCOUNT, REGION, Templates

SQS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""

STREAM = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html"""

LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
"""https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html"""

NEEDLESS = {
    "Architectures",
    "Code",
    "Environment",
    "FunctionName",
    "Handler",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "Role",
    "Runtime",
    "Tags",
    "Timeout",
}
"""What a function may have that asks no right of its role but those to its logs. Tracing does, a
network, a file system, a dead-letter queue or a key of its own."""


class UnknownPlatform(AssertionError):
    """A function or a source has something of which nobody has said what right it asks for."""


def platform(templates: Templates) -> Iterator[tuple[str, Need]]:
    """Yield what Lambda needs on its own account, each with the service whose role it uses.

    Raises:
        UnknownPlatform: nobody has said.
    """
    services = {}
    for function in templates.resources("AWS::Lambda::Function"):
        properties = function.properties
        if properties.keys() - NEEDLESS:
            raise UnknownPlatform(f"a function with {sorted(properties.keys() - NEEDLESS)}")
        service = properties["Environment"]["Variables"][SERVICE]
        services[properties["FunctionName"]] = service
        group = properties["LoggingConfig"]["LogGroup"]
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:2026/11/24/[1]abc"
        yield from ((service, Need(action, arn)) for action in LOGS)
    for source in templates.resources("AWS::Lambda::EventSourceMapping"):
        service = services[source.properties["FunctionName"]]
        yield from ((service, need) for need in _of_source(source.properties))


def _of_source(properties: Mapping[str, Any]) -> Iterator[Need]:
    arn = properties["EventSourceArn"]
    match arn.split(":")[2]:
        case "sqs":
            yield from (Need(action, arn) for action in SQS)
        case "dynamodb":
            yield from (Need(action, arn) for action in STREAM)
        case other:
            raise UnknownPlatform(f"an event source of {other}")
    failed = properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    if failed:
        if failed.split(":")[2] != "sqs":
            raise UnknownPlatform(f"a destination that is {failed}")
        yield Need("sqs:SendMessage", failed)
