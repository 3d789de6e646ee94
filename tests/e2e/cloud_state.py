"""State of a consumer's resources in the cloud, and lists of all resources."""

from collections.abc import Mapping
from typing import Any

from functions import names
from ops.stage.connection import Connection

FUNCTION = ("CodeSha256", "Timeout", "MemorySize", "Environment", "Handler", "Role")
SOURCE = ("UUID", "BatchSize", "ScalingConfig", "FunctionResponseTypes", "State")
SUBSCRIPTION = ("FilterPolicy", "RawMessageDelivery", "RedrivePolicy")
VOLATILE = ("Approximate", "Created", "LastModified")
"""Prefixes of a queue's attributes that change without an update."""


def consumer_state(connection: Connection, consumer: str) -> dict[str, Any]:
    """Return all settings that an update of a consumer's stack may change, by kind."""
    name, client = names.prefixed(connection.stage, consumer), connection.client
    sns, sqs, iam, aws_lambda = map(client, ("sns", "sqs", "iam", "lambda"))
    function = aws_lambda.get_function_configuration(FunctionName=name)
    (source,) = aws_lambda.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    (subscription,) = (
        sns.get_subscription_attributes(SubscriptionArn=each["SubscriptionArn"])["Attributes"]
        for each in sns.list_subscriptions()["Subscriptions"]
        if each["Endpoint"].endswith(f":{name}")
    )
    role = function["Role"].rpartition("/")[2]
    tables = client("dynamodb").list_tables()["TableNames"]
    stack = client("cloudformation").describe_stack_resources(StackName=name)["StackResources"]
    return {
        "function": {key: function[key] for key in FUNCTION},
        "queue": {key: queue[key] for key in queue if not key.startswith(VOLATILE)},
        "source": {key: source.get(key) for key in SOURCE},
        "subscription": {key: subscription[key] for key in SUBSCRIPTION},
        "role": {
            policy: iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
        },
        "tables": sorted(table for table in tables if table.startswith(f"{name}-")),
        "resources": {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in stack},
    }


def code_hashes(connection: Connection) -> dict[str, str]:
    functions = connection.client("lambda").list_functions()["Functions"]
    return {function["FunctionName"]: function["CodeSha256"] for function in functions}


def update_times(connection: Connection) -> dict[str, Any]:
    found = connection.client("cloudformation").describe_stacks()["Stacks"]
    return {
        stack["StackName"]: stack.get("LastUpdatedTime", stack["CreationTime"])
        for stack in found
        if stack["StackStatus"] != "DELETE_COMPLETE"
    }


def remaining(connection: Connection) -> Mapping[str, list[str]]:
    """Return all resources in the cloud, by kind, without empty kinds."""
    client = connection.client
    found: dict[str, list[Any]] = {
        "stacks": list(update_times(connection)),
        "functions": list(code_hashes(connection)),
        "layers": client("lambda").list_layers()["Layers"],
        "sources": client("lambda").list_event_source_mappings()["EventSourceMappings"],
        "queues": client("sqs").list_queues().get("QueueUrls", []),
        "topics": client("sns").list_topics()["Topics"],
        "subscriptions": client("sns").list_subscriptions()["Subscriptions"],
        "tables": client("dynamodb").list_tables()["TableNames"],
        "log groups": client("logs").describe_log_groups()["logGroups"],
        "APIs": client("apigatewayv2").get_apis()["Items"],
        "rules": client("events").list_rules()["Rules"],
        "alarms": client("cloudwatch").describe_alarms()["MetricAlarms"],
        "roles": client("iam").list_roles()["Roles"],
    }
    return {kind: [str(each) for each in items] for kind, items in found.items() if items}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Return the keys with different values, or in only one of both."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
