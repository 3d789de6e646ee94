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


def tail(
    connection: Connection, options: Options, only: Filter, since: timedelta | None
) -> ExitCode:
    """Print the lines of the functions' logs, from now or from `since` ago, until interrupted."""
    whole_id = only.order if len(only.order) == ID_LENGTH else None
    begin = time.time() - (since or timedelta()).total_seconds()
    watching = watch(connection, since=begin, order=whole_id)
    feed, columns = Feed(only), Columns()
    while True:
        for line in feed.lines(watching.poll(time.time())):
            if options.json:
                options.print_json(line)
            else:
                options.out.print(columns.format(line))
        time.sleep(watching.timing.every)
