"""`fanfare costs`: what a stage costs."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from ops.cli.app import Context, Injected, app, whole_number
from ops.cli.errors import ExitCode


@app.command(sort_key=130)
def costs(
    *,
    orders: Annotated[
        int, Parameter(validator=Number(gte=1), converter=whole_number, metavar="N")
    ] = 1_000_000,
    context: Context = None,
    options: Injected,
) -> ExitCode:
    """Say what a stage costs in a month: as it stands there, and what orders add.

    Counted from the stage's templates, and from a happy order that is played in
    memory; at list prices, whose date is shown. Nothing is asked of an account.

    Args:
        orders: How many orders a month.
        context: What the CDK would be told besides, such as issuer=https://…; may be repeated.
        options: What was said to all commands.
    """
    from ops.costs.show import show

    return show(options, orders=orders, context=context or ())
