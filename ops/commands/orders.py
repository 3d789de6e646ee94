"""`fanfare orders`: the orders of a stage."""

from datetime import timedelta
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from ops.cli.app import Flag, Injected, app, span, whole_number
from ops.cli.errors import ExitCode


@app.command(sort_key=35)
def orders(
    *,
    moving: Flag = False,
    older_than: Annotated[timedelta | None, Parameter(metavar="SPAN", converter=span)] = None,
    limit: Annotated[
        int, Parameter(validator=Number(gte=1, lte=1000), converter=whole_number, metavar="N")
    ] = 50,
    yes: Flag = False,
    options: Injected,
) -> ExitCode:
    """List the newest orders, or those that have waited longest for an outcome.

    Waiting orders are read from an index, however many orders there are. For the
    newest orders the whole list is read; on a stage in an account that needs --yes.

    Args:
        moving: Only orders that are neither confirmed nor cancelled yet.
        older_than: Only waiting orders that were placed at least so long ago, such as 5m.
        limit: Maximum number of orders.
        yes: Confirm reading the whole list, for a stage other than the local one.
        options: Options of all commands.
    """
    from ops.stage.connection import connect
    from ops.views.orders import show

    return show(
        connect(options), options, moving=moving, older_than=older_than, limit=limit, yes=yes
    )
