"""`fanfare deploy`: the choice of stacks, a deployment to an account, and the steps after one."""

import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

from functions.framework.ports import Clock
from functions.framework.service import Consumer
from functions.map import API, CONSUMERS
from functions.runtime.clock import utc_now
from functions.runtime.operating.ports import every_page
from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import counted
from ops.cli.options import LOCAL, Options, stage_option
from ops.paths import ROOT
from ops.replays.queue_target import QueueTarget
from ops.replays.selection import SelectionOptions
from ops.stage import cdk
from ops.stage.connection import Connection
from ops.stage.lookups import reason_against_replay

ROWS = "functions/map.py"

REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
"""The variables of the region: the CDK's and the SDK's."""


def chosen(names: Sequence[str], *, every: bool) -> tuple[str, ...]:
    """Return the services to deploy, each once; none of them if all stacks are.

    Raises:
        CommandError: a name is not in the map, or the command names no stack.
    """
    if every == bool(names):
        raise CommandError(
            "Name the consumers to deploy, such as `fanfare deploy email`, or all with --all.",
            ExitCode.USAGE,
        )
    known = [service.name for service in (API, *CONSUMERS)]
    for name in names:
        if name not in known:
            raise CommandError(_unknown(name, known), ExitCode.USAGE)
    return tuple(dict.fromkeys(names))


def _unknown(name: str, known: Sequence[str]) -> str:
    row = f"functions/{name}/service.py"
    if name.isidentifier() and (ROOT / row).exists():
        return (
            f"{name} has no row: {ROWS} does not name it. Import SERVICE of {row} there, and add it"
            " to CONSUMERS."
        )
    close = get_close_matches(name, known)
    meant = f"Did you mean {' or '.join(close)}?" if close else f"There are {', '.join(known)}."
    return (
        f"There is no consumer {name!r}. {meant} A new one has its row in {row}, and {ROWS} names"
        " it in CONSUMERS."
    )


def deploy_to_account(
    options: Options, services: Sequence[str], context: Mapping[str, str], *, yes: bool
) -> None:
    """Deploy the stacks of services, or all, to a stage of the account, as `make deploy` does.

    The operator must have confirmed. The CDK asks before it grants rights, unless `yes`.

    Raises:
        CommandError: the issuer is unusable, or the CDK fails.
    """
    stage = options.stage
    stacks = cdk.stacks_of(stage, services) or cdk.ALL
    what = ", ".join(services) or "all stacks"
    values = {**context, "stage": stage}
    pairs = [argument for name in values for argument in ("-c", f"{name}={values[name]}")]
    approval = ["--require-approval", "never"] if yes else []
    profile = ["--profile", options.profile] if options.profile else []
    command = cdk.command(stage, ["deploy", *stacks, *approval, *profile], context)
    _run(options, [sys.executable, "-m", "infra.issuer_check", *pairs], "The issuer is unusable")
    _run(options, command, f"The CDK could not deploy {what}")


def _run(options: Options, command: Sequence[str], failure: str) -> None:
    region = dict.fromkeys(REGIONS, options.region) if options.region else {}
    output = sys.stderr if options.json else None
    if subprocess.run(
        command, cwd=ROOT, env=os.environ | region, stdout=output, check=False
    ).returncode:
        raise CommandError(f"{failure}: the reason is above.")


def report(
    connection: Connection,
    options: Options,
    services: Sequence[str],
    before: Collection[str],
    *,
    clock: Clock = utc_now,
) -> ExitCode:
    """Print for each deployed service what its row allows now; all of the map if it names none.

    `before` are the services that were on the stage. Of the whole map only new ones are printed.
    """
    consumers = {consumer.name: consumer for consumer in CONSUMERS}
    named = services or [name for name in consumers if name not in before]
    for name in named:
        new, consumer = name not in before, consumers.get(name)
        past = _past(connection, consumer, clock) if consumer else None
        if options.json:
            options.print_json({"service": name, "new": new, "past_events": past})
            continue
        options.out.print(_state(name, new=new, consumes=consumer is not None))
        if consumer and (new or consumer.replayable):
            options.out.print(f"  {_offer(consumer, past, connection.stage)}")
    if not services and not options.json:
        options.out.print("All stacks are deployed.")
    return ExitCode.DONE


def _state(name: str, *, new: bool, consumes: bool) -> str:
    if new and consumes:
        return f"{name} receives new events from now on."
    return f"{name} is deployed."


def _past(connection: Connection, consumer: Consumer, clock: Clock) -> int | None:
    """Return the number of events that a replay sends, or None without one.

    The count reads the whole log, which costs money in an account.
    """
    if not consumer.replayable or connection.stage != LOCAL:
        return None
    selection = SelectionOptions().selection(QueueTarget(consumer), clock())
    return sum(len(page.events) for page in every_page(connection.pages(), selection))


def _offer(consumer: Consumer, past: int | None, stage: str) -> str:
    """Return how it is sent the events of the past, or why not."""
    if not consumer.replayable:
        return f"It is not sent the past: {reason_against_replay(consumer)}."
    command = f"fanfare replay {consumer.name}"
    if past is None:
        count = f"{command} --dry-run{stage_option(stage)}"
        return f"`{command}{stage_option(stage)}` sends the events of the past; count: `{count}`"
    if not past:
        return "The log has no event of the past for it."
    return f"`{command}` sends {counted(past, 'event')} of the past."
