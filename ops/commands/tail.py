"""`fanfare tail`: live view of a stage."""

from datetime import timedelta
from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Consumers, Flag, Injected, Outcomes, Types, app, span
from ops.cli.errors import ExitCode


@app.command(sort_key=50)
def tail(
    *,
    order: Annotated[str | None, Parameter(metavar="ID")] = None,
    correlation: Annotated[str | None, Parameter(metavar="ID")] = None,
    consumers: Consumers = None,
    types: Types = None,
    outcomes: Outcomes = None,
    since: Annotated[timedelta | None, Parameter(metavar="SPAN", converter=span)] = None,
    no_follow: Flag = False,
    options: Injected,
) -> ExitCode:
    """Show the activity of a stage as it happens, until Ctrl-C.

    A line is a fact that a service stated, or another outcome of a message. A
    consumer that states no fact about an event has noted it. A message about which
    a consumer has nothing to do has a line only with --consumer or --outcome.

    Args:
        order: Only this order, by its id or its first characters.
        correlation: Only what this request led to; an event has it as correlationid.
        consumers: Only lines of this service, and all of them; may be repeated.
        types: Only events of this type; may be repeated.
        outcomes: Only messages with this outcome, such as noted or duplicate; may be repeated.
        since: Start so long before now, such as 10m.
        no_follow: End after the lines so far; the default start is then 10m before now.
        options: Options of all commands.
    """
    from ops.logs.filter import Filter
    from ops.logs.tail import tail as tail_logs
    from ops.stage.connection import connect

    only = Filter.of(consumers, types, outcomes, order, correlation)
    return tail_logs(connect(options), options, only, since, follow=not no_follow)
