"""`fanfare costs`: costs of a stage."""

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
    """Estimate the monthly cost of a stage: while idle, and for its orders.

    Counted from the templates of the stage and from one successful order that is
    run in memory, at list prices, with their date. No call to AWS is made.

    Args:
        orders: Orders a month.
        context: A context value for the CDK, such as issuer=https://…; may be repeated.
        options: Options of all commands.
    """
    from ops.costs.show import show

    return show(options, orders=orders, context=context or ())
