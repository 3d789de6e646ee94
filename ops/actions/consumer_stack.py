"""A consumer's stack in CloudFormation: found, looked at, deleted."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection

POLL_INTERVAL = 2.0
"""Seconds between two looks at a stack that is being deleted."""

REPORT_INTERVAL = 5.0
"""Seconds between two lines that say how far it is."""

PATIENCE = 900.0
"""Seconds after which nobody waits for a deletion any more; AWS takes a minute or two."""

SUBSCRIPTION = "AWS::SNS::Subscription"
"""What only consumers have in their stacks."""

RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})
"""Deletion policies of what outlives its stack."""

GONE = "DELETE_COMPLETE"
UNDELETED = "DELETE_FAILED"

_WORDS = {"AWS::DynamoDB::Table": "table", "AWS::Logs::LogGroup": "log group"}


@dataclass(frozen=True, kw_only=True)
class RetainedResource:
    """A resource that outlives its stack: its kind in our words, or AWS's, and its name."""

    kind: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ConsumerStack:
    """A consumer's stack as it stands; `id` finds it even when it is gone."""

    id: str
    name: str
    status: str
    protected: bool
    kept: tuple[RetainedResource, ...]

    @property
    def going(self) -> bool:
        """Whether its deletion has begun, so that what is left of it cannot work any more."""
        return self.status.startswith("DELETE_")


def find_stack(connection: Connection, name: str) -> ConsumerStack | None:
    """Return the stack of that name, or nothing if there is none.

    Raises:
        CommandError: it is no consumer's.
    """
    client = connection.client("cloudformation")
    found = _described(client, name)
    if found is None:
        return None
    declared = client.get_template(StackName=name)["TemplateBody"]["Resources"]
    if all(resource["Type"] != SUBSCRIPTION for resource in declared.values()):
        raise CommandError(
            f"{name} is no consumer's stack: it has no subscription.", ExitCode.REFUSED
        )
    return ConsumerStack(
        id=found["StackId"],
        name=name,
        status=found["StackStatus"],
        protected=found.get("EnableTerminationProtection", False),
        kept=tuple(
            RetainedResource(
                kind=_WORDS.get(resource["ResourceType"], resource["ResourceType"]),
                name=resource["PhysicalResourceId"],
            )
            for resource in _resources(client, name)
            if declared.get(resource["LogicalResourceId"], {}).get("DeletionPolicy") in RETAINED
        ),
    )


def was_deleted(connection: Connection, name: str) -> bool:
    """Tell whether a stack of that name was deleted lately: CloudFormation knows for 90 days."""
    pages = connection.client("cloudformation").get_paginator("list_stacks")
    return any(
        stack["StackName"] == name
        for page in pages.paginate(StackStatusFilter=[GONE])
        for stack in page["StackSummaries"]
    )


def delete(
    options: Options,
    connection: Connection,
    stack: ConsumerStack,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Delete a stack, or go on with it, and wait until it is gone.

    Raises:
        CommandError: CloudFormation could not delete all of it, or is not done after `PATIENCE`.
    """
    client = connection.client("cloudformation")
    total = len(list(_resources(client, stack.id)))
    client.delete_stack(StackName=stack.id)
    said = began = clock()
    while True:
        found = _described(client, stack.id)
        if found is None or found["StackStatus"] == GONE:
            return
        if found["StackStatus"] == UNDELETED:
            reason = found.get("StackStatusReason", "it gave no reason")
            raise CommandError(
                f"CloudFormation could not delete all of {stack.name} ({reason.rstrip('. ')})."
                " Remove what is in the way, and say the same again."
            )
        if clock() - began > PATIENCE:
            raise CommandError(
                f"{stack.name} is not gone after {PATIENCE:.0f} s. CloudFormation goes on with it:"
                " say the same again to wait for its end."
            )
        if clock() - said >= REPORT_INTERVAL:
            said = clock()
            left = sum(each["ResourceStatus"] != GONE for each in _resources(client, stack.id))
            options.err.print(f"  {left} of {total} resources left")
        sleep(POLL_INTERVAL)


def _described(client: Any, name: str) -> dict[str, Any] | None:
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
