"""`fanfare tail`: live view of a stage."""

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
    """Show the activity of a stage as it happens, until Ctrl-C.

    Args:
        order: Only this order, by its id or its first characters.
        consumers: Only lines of this service; may be repeated.
        types: Only events of this type; may be repeated.
        outcomes: Only messages with this outcome, such as retry or duplicate; may be repeated.
        since: Start so long before now, such as 10m.
        options: Options of all commands.
    """
    from ops.logs.filter import Filter
    from ops.logs.tail import tail as tail_logs
    from ops.stage.connection import connect

    only = Filter.of(consumers, types, outcomes, order)
    return tail_logs(connect(options), options, only, since)
