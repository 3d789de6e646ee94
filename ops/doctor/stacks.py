"""Stacks check: no stack of the stage is in a CloudFormation state that stops a deployment."""

from collections.abc import Iterator, Sequence
from typing import Any

from functions import names
from ops.doctor.check import Check, Environment
from ops.doctor.finding import Finding, Verdict, ok, warning, wrong
from ops.stage.templates import Stack

NEVER_CREATED = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"})


def check(env: Environment) -> Sequence[Finding]:
    """Read all stacks of the account, and check those of the stage."""
    existing = statuses(env)
    wanted = {stack.name: stack for stack in env.blueprint.stacks}
    found = [*_states(env, existing, wanted), *_orphans(env, existing, wanted)]
    number = len(existing.keys() & wanted.keys())
    state = (
        f"none of {len(wanted)} exists yet: this is a first deployment"
        if not number
        else f"{number} of {len(wanted)} exist"
    )
    if any(finding.verdict is Verdict.WRONG for finding in found):
        return found
    return [ok(state), *found]


def statuses(env: Environment) -> dict[str, str]:
    """Return the statuses of the stage's stacks by name; AWS lists no deleted stack."""
    prefix = names.prefixed(env.stage, "")
    client = env.client("cloudformation")
    found: dict[str, str] = {}
    more: dict[str, Any] = {}
    while True:
        page = client.describe_stacks(**more)
        found |= {stack["StackName"]: stack["StackStatus"] for stack in page["Stacks"]}
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
    return {name: status for name, status in found.items() if name.startswith(prefix)}


def _states(
    env: Environment, existing: dict[str, str], wanted: dict[str, Stack]
) -> Iterator[Finding]:
    for name in sorted(existing.keys() & wanted.keys()):
        finding = _check_state(env, wanted[name], existing[name])
        if finding:
            yield finding


def _check_state(env: Environment, stack: Stack, status: str) -> Finding | None:
    name = stack.name
    events = env.aws(f"cloudformation describe-stack-events --stack-name {name} --max-items 20")
    if status.endswith("_IN_PROGRESS"):
        return warning(f"{name} is being changed ({status}): wait until that ends.", events)
    if status in NEVER_CREATED:
        message = f"The first deployment of {name} failed ({status}): delete the stack."
        return wrong(message, events, *_delete(env, stack))
    if status == "UPDATE_ROLLBACK_FAILED":
        proceed = env.aws(f"cloudformation continue-update-rollback --stack-name {name}")
        message = f"{name} could not be rolled back ({status}): fix the cause, then continue it."
        return wrong(message, events, proceed)
    if status.endswith("_FAILED"):
        return wrong(f"{name} is stuck ({status}).", events, *_delete(env, stack))
    if status.endswith("ROLLBACK_COMPLETE"):
        return warning(f"The last update of {name} was rolled back; it runs as before.", events)
    return None


def _delete(env: Environment, stack: Stack) -> Iterator[str]:
    if stack.protected:
        off = "update-termination-protection --no-enable-termination-protection"
        yield env.aws(f"cloudformation {off} --stack-name {stack.name}")
    yield env.aws(f"cloudformation delete-stack --stack-name {stack.name}")


def _orphans(
    env: Environment, existing: dict[str, str], wanted: dict[str, Stack]
) -> Iterator[Finding]:
    """Yield stacks whose row is no longer in the map: they run until they are retired."""
    for name in sorted(existing.keys() - wanted.keys()):
        part = name.removeprefix(names.prefixed(env.stage, ""))
        yield warning(
            f"{name} exists, but {part} is no longer in the map.",
            f"fanfare retire {part} --stage {env.stage}",
        )


CHECK = Check(name="stacks", permissions=("cloudformation:DescribeStacks",), run=check)
