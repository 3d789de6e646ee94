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
    """Show one order: its events by cause and effect, and outstanding reactions.

    Args:
        order_id: Order id, or the correlation id of its request (X-Correlation-Id); on the local
            stage the first characters of an order id are enough.
        events: Print its events, one CloudEvent as JSON a line.
        wait: Wait until it is complete, mails included, at most so many seconds (default 30).
        options: Options of all commands.
    """
    from ops.stage.connection import connect
    from ops.views.order import show

    return show(connect(options), options, order_id, events=events, wait=wait)
