"""How a consumer stands in the cloud, as the services tell; and what is in the cloud at all."""

from collections.abc import Mapping
from typing import Any

from functions import names
from ops.stage.connection import Cloud

FUNCTION = ("CodeSha256", "Timeout", "MemorySize", "Environment", "Handler", "Role")
SOURCE = ("UUID", "BatchSize", "ScalingConfig", "FunctionResponseTypes", "State")
SUBSCRIPTION = ("FilterPolicy", "RawMessageDelivery", "RedrivePolicy")
TELLING = ("Approximate", "Created", "LastModified")
"""Attributes of a queue that change by themselves begin so."""


def standing(cloud: Cloud, consumer: str) -> dict[str, Any]:
    """Return all that an update of a consumer's stack may change, by kind."""
    function = _function(cloud, consumer)
    return {
        "function": {key: function[key] for key in FUNCTION},
        "queue": _queue(cloud, consumer),
        "source": _source(cloud, consumer),
        "subscription": _subscription(cloud, consumer),
        "role": _role(cloud, function["Role"]),
        "tables": _tables(cloud, consumer),
        "resources": _resources(cloud, consumer),
    }


def codes(cloud: Cloud) -> dict[str, str]:
    """Return the hash of each function's code, by the function's name."""
    functions = cloud.client("lambda").list_functions()["Functions"]
    return {function["FunctionName"]: function["CodeSha256"] for function in functions}


def updates(cloud: Cloud) -> dict[str, Any]:
    """Return when each stack was updated last, by its name."""
    found = cloud.client("cloudformation").describe_stacks()["Stacks"]
    return {
        stack["StackName"]: stack.get("LastUpdatedTime", stack["CreationTime"])
        for stack in found
        if stack["StackStatus"] != "DELETE_COMPLETE"
    }


def left(cloud: Cloud) -> Mapping[str, list[str]]:
    """Return what is in the cloud, by kind; kinds of which there is nothing are left out."""
    listed: dict[str, list[Any]] = {
        "stacks": list(updates(cloud)),
        "functions": list(codes(cloud)),
        "layers": cloud.client("lambda").list_layers()["Layers"],
        "sources": cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"],
        "queues": cloud.client("sqs").list_queues().get("QueueUrls", []),
        "topics": cloud.client("sns").list_topics()["Topics"],
        "subscriptions": cloud.client("sns").list_subscriptions()["Subscriptions"],
        "tables": cloud.client("dynamodb").list_tables()["TableNames"],
        "log groups": cloud.client("logs").describe_log_groups()["logGroups"],
        "APIs": cloud.client("apigatewayv2").get_apis()["Items"],
        "rules": cloud.client("events").list_rules()["Rules"],
        "alarms": cloud.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "roles": cloud.client("iam").list_roles()["Roles"],
    }
    return {kind: [str(each) for each in found] for kind, found in listed.items() if found}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Return the keys under which something else stands, or is new."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _function(cloud: Cloud, consumer: str) -> dict[str, Any]:
    name = cloud.function(consumer)
    return dict(cloud.client("lambda").get_function_configuration(FunctionName=name))


def _queue(cloud: Cloud, consumer: str) -> dict[str, str]:
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=names.prefixed(cloud.stage, consumer))["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {name: value for name, value in attributes.items() if not name.startswith(TELLING)}


def _source(cloud: Cloud, consumer: str) -> dict[str, Any]:
    found = cloud.client("lambda").list_event_source_mappings(FunctionName=cloud.function(consumer))
    (source,) = found["EventSourceMappings"]
    return {key: source.get(key) for key in SOURCE}


def _subscription(cloud: Cloud, consumer: str) -> dict[str, str]:
    sns = cloud.client("sns")
    (arn,) = (
        each["SubscriptionArn"]
        for each in sns.list_subscriptions()["Subscriptions"]
        if each["Endpoint"].endswith(f":{names.prefixed(cloud.stage, consumer)}")
    )
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    return {key: attributes[key] for key in SUBSCRIPTION}


def _role(cloud: Cloud, arn: str) -> dict[str, Any]:
    iam, role = cloud.client("iam"), arn.rpartition("/")[2]
    return {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }


def _tables(cloud: Cloud, consumer: str) -> list[str]:
    prefix = names.prefixed(cloud.stage, f"{consumer}-")
    found = cloud.client("dynamodb").list_tables()["TableNames"]
    return sorted(name for name in found if name.startswith(prefix))


def _resources(cloud: Cloud, consumer: str) -> dict[str, str]:
    found = cloud.client("cloudformation").describe_stack_resources(
        StackName=names.prefixed(cloud.stage, consumer)
    )
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found["StackResources"]
    }
