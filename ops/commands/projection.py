"""`fanfare projection`: show, check or empty a read model."""

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
    """Show the rows of a read model, compare them with the log, or remove them.

    To rebuild one: `fanfare projection NAME --empty`, then `fanfare replay NAME`,
    then `fanfare projection NAME --check`.

    Args:
        name: Consumer that owns the read model.
        key: Only the rows of this partition, or of this order.
        check: Fold the log and compare; exit code 5 if a row differs. Reads all of both.
        empty: Remove all rows, before a replay rebuilds them.
        limit: Maximum number of rows to show.
        yes: Confirm, for a stage other than the local one.
        options: Options of all commands.
    """
    from ops.projections import projection as projections
    from ops.stage.connection import connect

    if empty and (check or key is not None):
        raise CommandError("--empty removes all rows: leave out KEY and --check.", ExitCode.USAGE)
    consumer, model = projections.read_model(name)
    if empty:
        projections.must_be_rebuildable(consumer)
    connection = connect(options)
    if empty:
        return projections.empty(connection, options, consumer, model, yes=yes)
    if check:
        return projections.check(connection, options, consumer, model, key)
    return projections.show(connection, options, consumer, model, key, limit=limit)
