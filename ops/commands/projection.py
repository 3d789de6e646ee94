"""`fanfare projection`: a read model."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from ops.cli.app import Flag, Injected, app, whole_number
from ops.cli.errors import CommandError, ExitCode


@app.command(sort_key=80)
def projection(
    name: Annotated[str, Parameter(name="NAME")],
    key: Annotated[str | None, Parameter(name="KEY", show_default=False)] = None,
    /,
    *,
    check: Flag = False,
    empty: Flag = False,
    limit: Annotated[
        int, Parameter(validator=Number(gte=1), converter=whole_number, metavar="ROWS")
    ] = 20,
    yes: Flag = False,
    options: Injected,
) -> ExitCode:
    """Show the rows of a read model, or compare them with the log.

    To rebuild one: `fanfare projection NAME --empty`, then `fanfare replay NAME`,
    then `fanfare projection NAME --check`.

    Args:
        name: The consumer that keeps it.
        key: Only the rows of this partition, or of this order.
        check: Fold the log and compare; 5 is the exit code if a row differs. Reads all of both.
        empty: Remove all rows, so that a replay can make them anew.
        limit: Show at most so many rows.
        yes: Really, also on a stage other than the local one.
        options: What was said to all commands.
    """
    from ops.projections import projection as projections
    from ops.stage.connection import connect

    if empty and (check or key is not None):
        raise CommandError("--empty is for the whole, and stands alone.", ExitCode.USAGE)
    consumer, model = projections.read_model(name)
    if empty:
        projections.must_be_rebuildable(consumer)
    connection = connect(options)
    if empty:
        return projections.empty(connection, options, consumer, model, yes=yes)
    if check:
        return projections.check(connection, options, consumer, model, key)
    return projections.show(connection, options, consumer, model, key, limit=limit)
