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
    function = _function(connection, consumer)
    return {
        "function": {key: function[key] for key in FUNCTION},
        "queue": _queue(connection, consumer),
        "source": _source(connection, consumer),
        "subscription": _subscription(connection, consumer),
        "role": _role(connection, function["Role"]),
        "tables": _tables(connection, consumer),
        "resources": _resources(connection, consumer),
    }


def code_hashes(connection: Connection) -> dict[str, str]:
    """Return the hash of each function's code, by the function's name."""
    functions = connection.client("lambda").list_functions()["Functions"]
    return {function["FunctionName"]: function["CodeSha256"] for function in functions}


def update_times(connection: Connection) -> dict[str, Any]:
    """Return the time of each stack's last update, by its name."""
    found = connection.client("cloudformation").describe_stacks()["Stacks"]
    return {
        stack["StackName"]: stack.get("LastUpdatedTime", stack["CreationTime"])
        for stack in found
        if stack["StackStatus"] != "DELETE_COMPLETE"
    }


def remaining(connection: Connection) -> Mapping[str, list[str]]:
    """Return all resources in the cloud, by kind, without empty kinds."""
    found: dict[str, list[Any]] = {
        "stacks": list(update_times(connection)),
        "functions": list(code_hashes(connection)),
        "layers": connection.client("lambda").list_layers()["Layers"],
        "sources": connection.client("lambda").list_event_source_mappings()["EventSourceMappings"],
        "queues": connection.client("sqs").list_queues().get("QueueUrls", []),
        "topics": connection.client("sns").list_topics()["Topics"],
        "subscriptions": connection.client("sns").list_subscriptions()["Subscriptions"],
        "tables": connection.client("dynamodb").list_tables()["TableNames"],
        "log groups": connection.client("logs").describe_log_groups()["logGroups"],
        "APIs": connection.client("apigatewayv2").get_apis()["Items"],
        "rules": connection.client("events").list_rules()["Rules"],
        "alarms": connection.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "roles": connection.client("iam").list_roles()["Roles"],
    }
    return {kind: [str(each) for each in items] for kind, items in found.items() if items}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Return the keys with different values, or in only one of both."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _function(connection: Connection, consumer: str) -> dict[str, Any]:
    name = connection.function(consumer)
    return dict(connection.client("lambda").get_function_configuration(FunctionName=name))


def _queue(connection: Connection, consumer: str) -> dict[str, str]:
    sqs = connection.client("sqs")
    url = sqs.get_queue_url(QueueName=names.prefixed(connection.stage, consumer))["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {name: value for name, value in attributes.items() if not name.startswith(VOLATILE)}


def _source(connection: Connection, consumer: str) -> dict[str, Any]:
    found = connection.client("lambda").list_event_source_mappings(
        FunctionName=connection.function(consumer)
    )
    (source,) = found["EventSourceMappings"]
    return {key: source.get(key) for key in SOURCE}


def _subscription(connection: Connection, consumer: str) -> dict[str, str]:
    sns = connection.client("sns")
    (arn,) = (
        each["SubscriptionArn"]
        for each in sns.list_subscriptions()["Subscriptions"]
        if each["Endpoint"].endswith(f":{names.prefixed(connection.stage, consumer)}")
    )
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    return {key: attributes[key] for key in SUBSCRIPTION}


def _role(connection: Connection, arn: str) -> dict[str, Any]:
    iam, role = connection.client("iam"), arn.rpartition("/")[2]
    return {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }


def _tables(connection: Connection, consumer: str) -> list[str]:
    prefix = names.prefixed(connection.stage, f"{consumer}-")
    found = connection.client("dynamodb").list_tables()["TableNames"]
    return sorted(name for name in found if name.startswith(prefix))


def _resources(connection: Connection, consumer: str) -> dict[str, str]:
    found = connection.client("cloudformation").describe_stack_resources(
        StackName=names.prefixed(connection.stage, consumer)
    )
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found["StackResources"]
    }
