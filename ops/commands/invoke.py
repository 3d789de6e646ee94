"""`fanfare invoke`: place an order without HTTP."""

from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Injected, app
from ops.cli.errors import ExitCode


@app.command(sort_key=30)
def invoke(
    file: Annotated[str, Parameter(name="FILE", show_default=False)] = "",
    /,
    *,
    options: Injected,
) -> ExitCode:
    """Place an order by invoking the checkout function, without HTTP.

    Args:
        file: Order as JSON; `-` is standard input, the default events/samples/checkout.json.
        options: Options of all commands.
    """
    from ops.actions.invoke import invoke as invoke_checkout
    from ops.actions.invoke import read
    from ops.stage.connection import connect

    order = read(file)
    return invoke_checkout(connect(options), options, order)
