"""Permissions of a function's role that Lambda itself uses: to read sources and to write logs."""

from collections.abc import Iterator

from functions.runtime.settings import SERVICE
from tests.iam.permissions import Permission, Unsupported
from tests.support.template import ACCOUNT, REGION, Templates

SOURCES = {
    "sqs": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "dynamodb": ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"),
}
"""Actions on an event source, by its service.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html
"""

LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
"""https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html"""

WITHOUT_PERMISSIONS = {
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
"""Properties of a function that require no permissions but those on its logs. Tracing, a network, a
file system, a dead-letter queue and a key of its own do require some."""


def required_by_lambda(templates: Templates) -> Iterator[tuple[str, Permission]]:
    """Yield the permissions that Lambda uses, each with the service whose role has it."""
    services = {}
    for function in templates.resources("AWS::Lambda::Function"):
        properties = function.properties
        if unknown := properties.keys() - WITHOUT_PERMISSIONS:
            raise Unsupported(f"a function with {sorted(unknown)}")
        service = properties["Environment"]["Variables"][SERVICE]
        services[properties["FunctionName"]] = service
        group = properties["LoggingConfig"]["LogGroup"]
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:2026/11/24/[1]abc"
        yield from ((service, Permission(action, arn)) for action in LOGS)
    for source in templates.resources("AWS::Lambda::EventSourceMapping"):
        properties = source.properties
        service, arn = services[properties["FunctionName"]], properties["EventSourceArn"]
        kind = arn.split(":")[2]
        if kind not in SOURCES:
            raise Unsupported(f"an event source of {kind}")
        yield from ((service, Permission(f"{kind}:{action}", arn)) for action in SOURCES[kind])
        failed = properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if failed:
            if failed.split(":")[2] != "sqs":
                raise Unsupported(f"a destination that is {failed}")
            yield service, Permission("sqs:SendMessage", failed)
