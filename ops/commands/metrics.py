"""`fanfare metrics`: the figures of the last days."""

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
    """Show what each day brought: orders, what became of them, and revenue.

    Days are those of UTC. With --json, amounts are in the currency's smallest unit.

    Args:
        days: How many, today among them.
        options: What was said to all commands.
    """
    from ops.stage.connection import connect
    from ops.views.metrics import must_be_kept, show

    must_be_kept(days)
    return show(connect(options), options, days=days)
