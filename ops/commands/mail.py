"""`fanfare mail`: mail that was sent to customers."""

from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Flag, Injected, app
from ops.cli.errors import ExitCode


@app.command(sort_key=60)
def mail(
    order_id: Annotated[str, Parameter(name="ORDER", show_default=False)] = "",
    /,
    *,
    html: Flag = False,
    options: Injected,
) -> ExitCode:
    """Show the mail that the local stage sent: a list, or the mails of one order.

    Args:
        order_id: Order id, or its first characters. Without it all mail is listed.
        html: Print the mails of an order as HTML.
        options: Options of all commands.
    """
    from ops.stage.connection import connect
    from ops.views.mail import show, validate

    validate(options, order_id, html=html)
    return show(connect(options), options, order_id, html=html)
