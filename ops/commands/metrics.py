"""`fanfare metrics`: business figures of the last days."""

from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Injected, app, whole_number
from ops.cli.errors import ExitCode


@app.command(sort_key=70)
def metrics(
    *,
    days: Annotated[int, Parameter(metavar="DAYS", converter=whole_number)] = 14,
    options: Injected,
) -> ExitCode:
    """Show the figures of each day: orders, their outcomes, and revenue.

    Days are in UTC. With --json, amounts are in the smallest unit of the currency.

    Args:
        days: Number of days, including today.
        options: Options of all commands.
    """
    from ops.stage.connection import connect
    from ops.views.metrics import show, validate

    validate(days)
    return show(connect(options), options, days=days)
