"""`fanfare invoke`: an order without HTTP."""

from typing import Annotated

from cyclopts import Parameter

from ops.commands.words import Asked, app
from ops.trouble import Exit


@app.command(sort_key=30)
def invoke(
    file: Annotated[str, Parameter(name="FILE", show_default=False)] = "",
    /,
    *,
    options: Asked,
) -> Exit:
    """Place an order by invoking the checkout function, without HTTP.

    Args:
        file: The order as JSON; `-` is standard input, events/samples/checkout.json the default.
        options: What was said to all commands.
    """
    from ops.invoke import invoke as invoke_checkout

    return invoke_checkout(options, file)
