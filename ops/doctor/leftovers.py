"""Tables that were kept when their stacks went: by their names, they are in a deployment's way."""

from collections.abc import Iterator, Sequence

from ops.doctor.case import Case, Check
from ops.doctor.finding import Finding, fine, wrong
from ops.doctor.stacks import statuses
from ops.stage.aws_errors import signs
from ops.stage.templates import TABLE


def look(case: Case) -> Sequence[Finding]:
    """Look for each table whose stack is not there; log groups have names that never collide."""
    there = statuses(case)
    missing = [stack for stack in case.blueprint.stacks if stack.name not in there]
    found = []
    for stack in missing:
        kept = [
            name
            for resource in stack.resources(TABLE)
            if _exists(case, name := resource["Properties"]["TableName"])
        ]
        if kept:
            found.append(
                wrong(
                    f"{', '.join(kept)}: kept from an earlier deployment. Take it into the new"
                    f" {stack.name} first; or delete it, if nobody needs what is in it.",
                    *_todo(case, stack.name, kept),
                )
            )
    return found or [fine("no table is in the way")]


def _exists(case: Case, table: str) -> bool:
    try:
        case.client("dynamodb").describe_table(TableName=table)
    except Exception as error:
        if "ResourceNotFoundException" in signs(error):
            return False
        raise
    return True


def _todo(case: Case, stack: str, kept: Sequence[str]) -> Iterator[str]:
    yield case.cdk(f"import {stack}")
    for table in kept:
        yield case.aws(f"dynamodb describe-table --table-name {table} --query Table.ItemCount")


CHECK = Check(
    name="leftovers",
    asks=("cloudformation:DescribeStacks", "dynamodb:DescribeTable"),
    look=look,
    local="a local run begins empty",
)
