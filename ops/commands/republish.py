"""`fanfare republish`: publish events of the log to the topic again."""

from functools import partial
from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Flag, Injected, Moment, Orders, Types, app
from ops.cli.errors import ExitCode


@app.command(sort_key=95)
def republish(
    *,
    since: Moment = None,
    until: Moment = None,
    types: Types = None,
    orders: Orders = None,
    rate: Annotated[float | None, Parameter(metavar="NUMBER")] = None,
    dry_run: Flag = False,
    resume: Annotated[str | None, Parameter(metavar="JOB")] = None,
    yes: Flag = False,
    options: Injected,
) -> ExitCode:
    """Publish events of the log to the topic again, as the relay does.

    For events that the relay lost in an outage longer than the retention of the
    log's stream. To send events to one consumer only, use `fanfare replay`.

    Every consumer receives all of them again. A consumer that has handled an event
    finds its slot filled and does nothing; email reads the slot before it mails,
    payment and shipping before they charge and book; rows of the list and of the
    figures come out the same. Consumers that missed an event act on it now, however
    old it is: they charge, book, and mail. So does a consumer that was deployed
    after the event was stated, and one whose message was deleted on purpose: choose
    a range without such events. An order for which a stall was recorded meanwhile
    is cancelled, unless it is paid and reserved.

    The events of an order are published in order. An event that was published less
    than five minutes ago, by the relay or by this command, is deduplicated: it was
    delivered then. So an interrupted run may be repeated at once.

    Afterwards, purge the queue fanfare-<stage>-unpublished: it holds positions in
    the stream and no events, and its alarm stays on until then.

    A TIME is 2026-11-23T09:00:00Z, a date (its beginning in UTC), or a duration
    before now such as 2h. It is compared with the time of the event, so start a few
    minutes before the outage.

    Args:
        since: Start of the range; required, except with --resume.
        until: End of the range, exclusive; the default is now.
        types: Only events of this type; may be repeated.
        orders: Only events of this order; may be repeated.
        rate: Maximum events a second; the default is 50.
        dry_run: Only show the number of events, their types, and the time it takes.
        resume: Resume this job where it stopped (fanfare jobs).
        yes: Confirm, for a stage other than the local one.
        options: Options of all commands.
    """
    from ops.replays.republish import republish as republish_events
    from ops.replays.selection import SelectionOptions
    from ops.stage.connection import connect

    wanted = SelectionOptions(
        since=since, until=until, types=tuple(types or ()), orders=tuple(orders or ()), rate=rate
    )
    return republish_events(
        partial(connect, options), options, wanted, job=resume, dry_run=dry_run, yes=yes
    )
