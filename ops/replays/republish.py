"""`fanfare republish`: events of the log, published again as the relay does."""

from collections.abc import Callable

from functions.framework.ports import Clock
from functions.runtime.clock import utc_now
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.replays.pace import Pace
from ops.replays.run import Run
from ops.replays.selection import Wanted
from ops.replays.topic import TheTopic
from ops.stage.connection import Connection


def republish(
    connect: Callable[[], Connection],
    options: Options,
    wanted: Wanted,
    *,
    job: str | None = None,
    dry_run: bool = False,
    yes: bool = False,
    clock: Clock = utc_now,
    pace: Callable[[float], Pace] = Pace,
) -> ExitCode:
    """Publish the selected events again, or go on with a job; or only say what would be sent.

    Raises:
        CommandError: it is not said since when, among others.
    """
    run = Run(
        connect=connect,
        options=options,
        target=TheTopic(),
        dry_run=dry_run,
        yes=yes,
        clock=clock,
        pace=pace,
    )
    if job is not None:
        return run.resume(wanted, job)
    if not wanted.since:
        raise CommandError(
            "Everybody hears what is published, so say since when with --since: a little before"
            " the relay's outage began.",
            ExitCode.USAGE,
        )
    return run.start(wanted)
