"""Leftovers check: tables kept after their stacks were deleted, whose names block a deployment."""

from collections.abc import Iterator, Sequence

from ops.doctor.check import Check, Environment
from ops.doctor.finding import Finding, ok, wrong
from ops.doctor.stacks import statuses
from ops.stage.aws_errors import error_names
from ops.stage.templates import TABLE


def check(env: Environment) -> Sequence[Finding]:
    """Look up the tables of each stack that does not exist; names of log groups never collide."""
    existing = statuses(env)
    missing = [stack for stack in env.blueprint.stacks if stack.name not in existing]
    found = []
    for stack in missing:
        kept = [
            name
            for resource in stack.resources(TABLE)
            if _exists(env, name := resource["Properties"]["TableName"])
        ]
        if kept:
            found.append(
                wrong(
                    f"{', '.join(kept)}: kept from an earlier deployment. Import it into the new"
                    f" {stack.name} first, or delete it if nobody needs its data.",
                    *_todo(env, stack.name, kept),
                )
            )
    return found or [ok("no table is in the way")]


def _exists(env: Environment, table: str) -> bool:
    try:
        env.client("dynamodb").describe_table(TableName=table)
    except Exception as error:
        if "ResourceNotFoundException" in error_names(error):
            return False
        raise
    return True


def _todo(env: Environment, stack: str, kept: Sequence[str]) -> Iterator[str]:
    yield env.cdk(f"import {stack}")
    for table in kept:
        yield env.aws(f"dynamodb describe-table --table-name {table} --query Table.ItemCount")


CHECK = Check(
    name="leftovers",
    permissions=("cloudformation:DescribeStacks", "dynamodb:DescribeTable"),
    run=check,
    skipped_locally="a local run starts empty",
)
