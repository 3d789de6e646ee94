"""A consumer's stack in CloudFormation: find, inspect, delete."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection

POLL_INTERVAL = 2.0
"""Seconds between two requests for the status of a deletion."""

REPORT_INTERVAL = 5.0
"""Seconds between two lines about the progress."""

PATIENCE = 900.0
"""Seconds to wait for a deletion; AWS takes a minute or two."""

SUBSCRIPTION = "AWS::SNS::Subscription"
"""Resource type that only the stacks of consumers have."""

RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})
"""Deletion policies of resources that outlive their stack."""

DELETED = "DELETE_COMPLETE"
DELETE_FAILED = "DELETE_FAILED"

_KINDS = {"AWS::DynamoDB::Table": "table", "AWS::Logs::LogGroup": "log group"}


@dataclass(frozen=True, kw_only=True)
class RetainedResource:
    """A resource that outlives its stack; `kind` is a plain word or the CloudFormation type."""

    kind: str
    name: str


@dataclass(frozen=True, kw_only=True)
class DeployedStack:
    """A consumer's stack; its `id` stays valid after its deletion."""

    id: str
    name: str
    status: str
    protected: bool
    retained: tuple[RetainedResource, ...]

    @property
    def deleting(self) -> bool:
        """Whether its deletion has begun, so that the rest of it does not work any more."""
        return self.status.startswith("DELETE_")


def find_stack(connection: Connection, name: str) -> DeployedStack | None:
    """Return the stack of that name, or None if it does not exist.

    Raises:
        CommandError: it is not the stack of a consumer.
    """
    client = connection.client("cloudformation")
    found = _describe(client, name)
    if found is None:
        return None
    declared = client.get_template(StackName=name)["TemplateBody"]["Resources"]
    if all(resource["Type"] != SUBSCRIPTION for resource in declared.values()):
        raise CommandError(
            f"{name} is not the stack of a consumer: it has no subscription.", ExitCode.REFUSED
        )
    return DeployedStack(
        id=found["StackId"],
        name=name,
        status=found["StackStatus"],
        protected=found.get("EnableTerminationProtection", False),
        retained=tuple(
            RetainedResource(
                kind=_KINDS.get(resource["ResourceType"], resource["ResourceType"]),
                name=resource["PhysicalResourceId"],
            )
            for resource in _resources(client, name)
            if declared.get(resource["LogicalResourceId"], {}).get("DeletionPolicy") in RETAINED
        ),
    )


def was_deleted(connection: Connection, name: str) -> bool:
    """Return whether a stack of that name was deleted in the last 90 days."""
    pages = connection.client("cloudformation").get_paginator("list_stacks")
    return any(
        stack["StackName"] == name
        for page in pages.paginate(StackStatusFilter=[DELETED])
        for stack in page["StackSummaries"]
    )


def delete(
    options: Options,
    connection: Connection,
    stack: DeployedStack,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Delete a stack, or continue its deletion, and wait until it is deleted.

    Raises:
        CommandError: CloudFormation could not delete all of it, or needs more than `PATIENCE`.
    """
    client = connection.client("cloudformation")
    total = len(list(_resources(client, stack.id)))
    client.delete_stack(StackName=stack.id)
    reported = began = clock()
    while True:
        found = _describe(client, stack.id)
        if found is None or found["StackStatus"] == DELETED:
            return
        if found["StackStatus"] == DELETE_FAILED:
            reason = found.get("StackStatusReason", "it gave no reason")
            raise CommandError(
                f"CloudFormation could not delete all of {stack.name} ({reason.rstrip('. ')})."
                " Remove the obstacle, and run the command again."
            )
        if clock() - began > PATIENCE:
            raise CommandError(
                f"{stack.name} is not deleted after {PATIENCE:.0f} s. CloudFormation continues:"
                " run the command again to wait for the end."
            )
        if clock() - reported >= REPORT_INTERVAL:
            reported = clock()
            left = sum(each["ResourceStatus"] != DELETED for each in _resources(client, stack.id))
            options.err.print(f"  {left} of {total} resources left")
        sleep(POLL_INTERVAL)


def _describe(client: Any, name: str) -> dict[str, Any] | None:
    try:
        (found,) = client.describe_stacks(StackName=name)["Stacks"]
    except client.exceptions.ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return dict(found)


def _resources(client: Any, name: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("list_stack_resources").paginate(StackName=name):
        yield from page["StackResourceSummaries"]
