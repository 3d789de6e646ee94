"""`fanfare replay`: events of the past, sent again."""

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
    """Send events of the log to one consumer's queue again.

    Only consumers whose reactions may hear the past again take part. What is sent
    is fixed when the command is given: what happens later is not in it. Events
    come in no order; a consumer that hears one twice keeps the same.

    To rebuild a read model: `fanfare projection NAME --empty`, then `fanfare
    replay NAME`, then `fanfare projection NAME --check`.

    A TIME is 2026-11-23T09:00:00Z, a date (its beginning in UTC), or a span back
    such as 2h.

    Args:
        consumer: Whose queue they are sent to.
        since: From this time on; from the beginning unless told.
        until: Until this time, which is not in it; now unless told.
        types: Only events of this type; may be repeated.
        orders: Only events of this order; may be repeated.
        rate: Events a second, at most; 50 unless told.
        dry_run: Only say what would be sent: how many, of which types, how long it takes.
        resume: Go on with this job where it stopped (fanfare jobs).
        wait: Wait until the queue is empty, at most so many seconds (30 unless told).
        yes: Really, also on a stage other than the local one.
        options: What was said to all commands.
    """
    from ops.replays.replay import replay as replay_events
    from ops.replays.selection import Wanted
    from ops.stage.connection import connect

    wanted = Wanted(
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
