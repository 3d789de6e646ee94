"""`fanfare tail`: what happens, as it happens."""

from datetime import timedelta
from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Consumers, Injected, Outcomes, Types, app, span
from ops.cli.errors import ExitCode


@app.command(sort_key=50)
def tail(
    *,
    order: Annotated[str | None, Parameter(metavar="ID")] = None,
    consumers: Consumers = None,
    types: Types = None,
    outcomes: Outcomes = None,
    since: Annotated[timedelta | None, Parameter(metavar="SPAN", converter=span)] = None,
    options: Injected,
) -> ExitCode:
    """Show what happens, as it happens, until Ctrl-C.

    Args:
        order: Only this order, by its id or the first characters of it.
        consumers: Only what this service does; may be repeated.
        types: Only events of this type; may be repeated.
        outcomes: Only messages that ended so, such as retry or duplicate; may be repeated.
        since: Begin so far in the past, such as 10m.
        options: What was said to all commands.
    """
    from ops.logs.filter import Filter
    from ops.logs.tail import tail as tail_logs
    from ops.stage.connection import connect

    only = Filter.of(consumers, types, outcomes, order)
    return tail_logs(connect(options), options, only, since)
