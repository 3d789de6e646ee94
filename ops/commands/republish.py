"""`fanfare republish`: events of the past, published again."""

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

    For what the relay lost in an outage that was longer than the log's stream
    remembers. To let one consumer hear the past again, use `fanfare replay`.

    Every consumer hears it all again. Who has handled an event finds its slot
    filled and does nothing; email reads the slot before it mails, payment and
    shipping before they charge and book; rows of the list and of the figures come
    out the same. Who has not handled it acts now, however old it is: it charges,
    books, and mails. So does a consumer that was deployed later than the event
    was stated, and one whose message was thrown away on purpose: choose the range
    so that such events are not in it. An order that was stated to be stalled
    meanwhile is cancelled, unless it is paid and reserved.

    An order's events are published one after the other. What was published less
    than five minutes ago, by the relay or by this, is not delivered once more:
    it was delivered then. So a run that was stopped may be given again at once.

    Afterwards, empty the queue fanfare-<stage>-unpublished: it holds places in
    the stream and no events, and its alarm stays on until then.

    A TIME is 2026-11-23T09:00:00Z, a date (its beginning in UTC), or a span back
    such as 2h. It is compared with an event's own time, so begin a few minutes
    before the outage.

    Args:
        since: From this time on. It must be said, but with --resume.
        until: Until this time, which is not in it; now unless told.
        types: Only events of this type; may be repeated.
        orders: Only events of this order; may be repeated.
        rate: Events a second, at most; 50 unless told.
        dry_run: Only say what would be sent: how many, of which types, how long it takes.
        resume: Go on with this job where it stopped (fanfare jobs).
        yes: Really, also on a stage other than the local one.
        options: What was said to all commands.
    """
    from ops.replays.republish import republish as republish_events
    from ops.replays.selection import Wanted
    from ops.stage.connection import connect

    wanted = Wanted(
        since=since, until=until, types=tuple(types or ()), orders=tuple(orders or ()), rate=rate
    )
    return republish_events(
        partial(connect, options), options, wanted, job=resume, dry_run=dry_run, yes=yes
    )
