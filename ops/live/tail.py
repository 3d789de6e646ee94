"""`fanfare tail`: the live view of a stage."""

import time
from datetime import timedelta

from ops.cloud import connect
from ops.live.feed import Feed
from ops.live.filter import Filter
from ops.live.sheet import Sheet
from ops.live.watch import watch
from ops.options import Options
from ops.order import ID_LENGTH
from ops.trouble import Exit


def tail(options: Options, only: Filter, since: timedelta | None) -> Exit:
    """Print what the functions' logs tell, from now or from `since` ago, until interrupted."""
    cloud = connect(options)
    whole_id = only.order if len(only.order) == ID_LENGTH else None
    begin = time.time() - (since or timedelta()).total_seconds()
    watching = watch(cloud, since=begin, order=whole_id)
    feed, sheet = Feed(only), Sheet()
    while True:
        for line in feed.lines(watching.poll(time.time())):
            if options.json:
                options.print_json(line)
            else:
                options.out.print(sheet.lay(line))
        time.sleep(watching.pace.every)
