"""`fanfare replay`: events of the log, sent again to one consumer's queue."""

from collections.abc import Callable

from functions.framework.ports import Clock
from functions.framework.service import Consumer
from functions.runtime.clock import utc_now
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.replays.pace import Pace
from ops.replays.queue import QueueOf
from ops.replays.run import Run
from ops.replays.selection import Wanted
from ops.stage.connection import Connection
from ops.stage.drain import wait_until_empty
from ops.stage.lookups import consumer_named, must_be_replayable


def replay(
    connect: Callable[[], Connection],
    options: Options,
    name: str,
    wanted: Wanted,
    *,
    job: str | None = None,
    dry_run: bool = False,
    yes: bool = False,
    wait: float | None = None,
    clock: Clock = utc_now,
    pace: Callable[[float], Pace] = Pace,
) -> ExitCode:
    """Send the selected events again, or go on with a job; or only say what would be sent.

    With `wait`, seconds, it then waits until the queue is empty.
    """
    consumer = consumer_named(name)
    must_be_replayable(consumer)
    run = Run(
        connect=connect,
        options=options,
        target=QueueOf(consumer),
        dry_run=dry_run,
        yes=yes,
        then=None if wait is None else _drained(options, consumer, wait),
        clock=clock,
        pace=pace,
    )
    return run.start(wanted) if job is None else run.resume(wanted, job)


def _drained(
    options: Options, consumer: Consumer, patience: float
) -> Callable[[Connection], ExitCode]:
    return lambda connection: wait_until_empty(options, connection.sender(consumer), patience)
