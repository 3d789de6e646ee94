"""`fanfare replay`: send events of the log to one consumer again."""

from functools import partial
from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Flag, Injected, Moment, Orders, Seconds, Types, app
from ops.cli.errors import ExitCode


@app.command(sort_key=90)
def replay(
    consumer: Annotated[str, Parameter(name="CONSUMER")],
    /,
    *,
    since: Moment = None,
    until: Moment = None,
    types: Types = None,
    orders: Orders = None,
    rate: Annotated[float | None, Parameter(metavar="NUMBER")] = None,
    dry_run: Flag = False,
    resume: Annotated[str | None, Parameter(metavar="JOB")] = None,
    wait: Seconds | None = None,
    yes: Flag = False,
    options: Injected,
) -> ExitCode:
    """Send events of the log to the queue of one consumer again.

    Only for consumers that are declared replayable. The selection is fixed when
    the command starts: later events are not in it. Events are sent in no order;
    the consumer is idempotent.

    To rebuild a read model: `fanfare projection NAME --empty`, then `fanfare
    replay NAME`, then `fanfare projection NAME --check`.

    A TIME is 2026-11-23T09:00:00Z, a date (its beginning in UTC), or a duration
    before now such as 2h.

    Args:
        consumer: Consumer whose queue receives the events.
        since: Start of the range; the default is the beginning of the log.
        until: End of the range, exclusive; the default is now.
        types: Only events of this type; may be repeated.
        orders: Only events of this order; may be repeated.
        rate: Maximum events a second; the default is 50.
        dry_run: Only show the number of events, their types, and the time it takes.
        resume: Resume this job where it stopped (fanfare jobs).
        wait: Wait until the queue is empty, at most so many seconds (default 30).
        yes: Confirm, for a stage other than the local one.
        options: Options of all commands.
    """
    from ops.replays.replay import replay as replay_events
    from ops.replays.selection import SelectionOptions
    from ops.stage.connection import connect

    wanted = SelectionOptions(
        since=since, until=until, types=tuple(types or ()), orders=tuple(orders or ()), rate=rate
    )
    return replay_events(
        partial(connect, options),
        options,
        consumer,
        wanted,
        job=resume,
        dry_run=dry_run,
        yes=yes,
        wait=wait,
    )
