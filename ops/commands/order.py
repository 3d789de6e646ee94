"""`fanfare order`: one order."""

from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Flag, Injected, Seconds, app
from ops.cli.errors import ExitCode


@app.command(sort_key=40)
def order(
    order_id: Annotated[str, Parameter(name="ID")],
    /,
    *,
    events: Flag = False,
    wait: Seconds | None = None,
    options: Injected,
) -> ExitCode:
    """Show one order: what led to what, and what is outstanding.

    Args:
        order_id: The order; on the local stage its first few characters will do.
        events: Print its events, one CloudEvent as JSON a line.
        wait: Wait until nothing more is to come, mails included, at most so many
            seconds (30 unless told).
        options: What was said to all commands.
    """
    from ops.stage.connection import connect
    from ops.views.order import show

    return show(connect(options), options, order_id, events=events, wait=wait)
