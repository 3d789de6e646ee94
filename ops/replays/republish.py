"""`fanfare republish`: publish events of the log again, as the relay does."""

from collections.abc import Callable

from functions.framework.ports import Clock
from functions.runtime.clock import utc_now
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.replays.pace import Pace
from ops.replays.run import JobRun
from ops.replays.selection import SelectionOptions
from ops.replays.topic_target import TopicTarget
from ops.stage.connection import Connection


def republish(
    connect: Callable[[], Connection],
    options: Options,
    wanted: SelectionOptions,
    *,
    job: str | None = None,
    dry_run: bool = False,
    yes: bool = False,
    clock: Clock = utc_now,
    pace: Callable[[float], Pace] = Pace,
) -> ExitCode:
    """Publish the selected events again, or resume a job; with `dry_run` only print the plan.

    Raises:
        CommandError: `since` is missing, among others.
    """
    run = JobRun(
        connect=connect,
        options=options,
        target=TopicTarget(),
        dry_run=dry_run,
        yes=yes,
        clock=clock,
        pace=pace,
    )
    if job is not None:
        return run.resume(wanted, job)
    if not wanted.since:
        raise CommandError(
            "Every consumer receives what is published, so --since is required: a little before"
            " the relay's outage began.",
            ExitCode.USAGE,
        )
    return run.start(wanted)
