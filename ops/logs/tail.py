"""`fanfare tail`: the live view of a stage."""

import time
from datetime import timedelta

from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.logs.columns import Columns
from ops.logs.feed import Feed
from ops.logs.filter import Filter
from ops.logs.watch import watch
from ops.stage.connection import Connection
from ops.stage.lookups import ID_LENGTH

PAST = timedelta(minutes=10)
"""What is shown without following, unless a start is given."""


def tail(
    connection: Connection,
    options: Options,
    only: Filter,
    since: timedelta | None,
    *,
    follow: bool = True,
) -> ExitCode:
    """Print the lines of the functions' logs, from now or from `since` ago, until interrupted.

    Without `follow` it prints those up to now, and returns.
    """
    whole_id = only.order if len(only.order) == ID_LENGTH else ""
    begin = time.time() - (since or (timedelta() if follow else PAST)).total_seconds()
    watching = watch(connection, since=begin, term=only.correlation or whole_id)
    feed, columns = Feed(only), Columns()
    while True:
        for line in feed.lines(watching.poll(time.time(), flush=not follow)):
            if options.json:
                options.print_json(line)
            else:
                options.out.print(columns.format(line))
        if not follow:
            return ExitCode.DONE
        time.sleep(watching.timing.every)
