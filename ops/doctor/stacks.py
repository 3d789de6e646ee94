"""The stage's stacks as CloudFormation has them: none in a state that stops a deployment."""

from collections.abc import Iterator, Sequence
from typing import Any

from functions import names
from ops.doctor.case import Case, Check
from ops.doctor.finding import Finding, Verdict, fine, warning, wrong
from ops.stage.templates import Stack

NEVER_MADE = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"})


def look(case: Case) -> Sequence[Finding]:
    """Read all stacks of the account, and judge those of the stage."""
    there = statuses(case)
    wanted = {stack.name: stack for stack in case.blueprint.stacks}
    found = [*_each(case, there, wanted), *_orphans(case, there, wanted)]
    number = len(there.keys() & wanted.keys())
    state = (
        f"none of {len(wanted)} is there yet: this is a first deployment"
        if not number
        else f"{number} of {len(wanted)} are there"
    )
    if any(finding.verdict is Verdict.WRONG for finding in found):
        return found
    return [fine(state), *found]


def statuses(case: Case) -> dict[str, str]:
    """Return the statuses of the stage's stacks by name; AWS lists no stack that was deleted."""
    prefix = names.prefixed(case.stage, "")
    client = case.client("cloudformation")
    found: dict[str, str] = {}
    more: dict[str, Any] = {}
    while True:
        page = client.describe_stacks(**more)
        found |= {stack["StackName"]: stack["StackStatus"] for stack in page["Stacks"]}
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
    return {name: status for name, status in found.items() if name.startswith(prefix)}


def _each(case: Case, there: dict[str, str], wanted: dict[str, Stack]) -> Iterator[Finding]:
    for name in sorted(there.keys() & wanted.keys()):
        finding = _judged(case, wanted[name], there[name])
        if finding:
            yield finding


def _judged(case: Case, stack: Stack, status: str) -> Finding | None:
    name = stack.name
    events = case.aws(f"cloudformation describe-stack-events --stack-name {name} --max-items 20")
    if status.endswith("_IN_PROGRESS"):
        return warning(f"{name} is being changed ({status}): wait until it is not.", events)
    if status in NEVER_MADE:
        said = f"The first deployment of {name} failed ({status}): delete what is left of it."
        return wrong(said, events, *_delete(case, stack))
    if status == "UPDATE_ROLLBACK_FAILED":
        again = case.aws(f"cloudformation continue-update-rollback --stack-name {name}")
        said = f"{name} could not be rolled back ({status}): mend the cause, then go on with it."
        return wrong(said, events, again)
    if status.endswith("_FAILED"):
        return wrong(f"{name} is stuck ({status}).", events, *_delete(case, stack))
    if status.endswith("ROLLBACK_COMPLETE"):
        return warning(f"The last update of {name} was rolled back; it runs as before.", events)
    return None


def _delete(case: Case, stack: Stack) -> Iterator[str]:
    if stack.protected:
        off = "update-termination-protection --no-enable-termination-protection"
        yield case.aws(f"cloudformation {off} --stack-name {stack.name}")
    yield case.aws(f"cloudformation delete-stack --stack-name {stack.name}")


def _orphans(case: Case, there: dict[str, str], wanted: dict[str, Stack]) -> Iterator[Finding]:
    """Yield stacks whose row is no longer in the map: they go on until they are retired."""
    for name in sorted(there.keys() - wanted.keys()):
        part = name.removeprefix(names.prefixed(case.stage, ""))
        yield warning(
            f"{name} is there, and {part} is not in the map any more.",
            f"fanfare retire {part} --stage {case.stage}",
        )


CHECK = Check(name="stacks", asks=("cloudformation:DescribeStacks",), look=look)
