"""`fanfare replay`: send events of the log to one consumer's queue again."""

from collections.abc import Callable

from functions.framework.ports import Clock
from functions.framework.service import Consumer
from functions.runtime.clock import utc_now
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.replays.pace import Pace
from ops.replays.queue_target import QueueTarget
from ops.replays.run import JobRun
from ops.replays.selection import SelectionOptions
from ops.stage.connection import Connection
from ops.stage.drain import wait_until_empty
from ops.stage.lookups import consumer_named, must_be_replayable


def replay(
    connect: Callable[[], Connection],
    options: Options,
    name: str,
    wanted: SelectionOptions,
    *,
    job: str | None = None,
    dry_run: bool = False,
    yes: bool = False,
    wait: float | None = None,
    clock: Clock = utc_now,
    pace: Callable[[float], Pace] = Pace,
) -> ExitCode:
    """Send the selected events again, or resume a job; with `dry_run` only print the plan.

    With `wait`, in seconds, it then waits until the queue is empty.
    """
    consumer = consumer_named(name)
    must_be_replayable(consumer)
    run = JobRun(
        connect=connect,
        options=options,
        target=QueueTarget(consumer),
        dry_run=dry_run,
        yes=yes,
        after=None if wait is None else _wait(options, consumer, wait),
        clock=clock,
        pace=pace,
    )
    return run.start(wanted) if job is None else run.resume(wanted, job)


def _wait(
    options: Options, consumer: Consumer, patience: float
) -> Callable[[Connection], ExitCode]:
    return lambda connection: wait_until_empty(options, connection.sender(consumer), patience)
