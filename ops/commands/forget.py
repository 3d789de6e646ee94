"""`fanfare forget`: erase the personal data of an order."""

from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Flag, Injected, app
from ops.cli.errors import ExitCode


@app.command(sort_key=110)
def forget(
    order_id: Annotated[str, Parameter(name="ORDER")], /, *, yes: Flag = False, options: Injected
) -> ExitCode:
    """Erase the personal data of an order, in the log and in the read models.

    The order itself stays, with its items, payments and dispatch. The command
    assumes a role of its own (fanfare-<stage>-forget), so you need permission to
    assume it. An order that is still in progress is refused: its parcel needs the
    address.

    Messages in queues and dead-letter queues keep their copies until they are
    processed or expire, at most 14 days. Mail that was sent cannot be recalled.

    Args:
        order_id: Order id; on the local stage its first characters are enough.
        yes: Confirm, for a stage other than the local one.
        options: Options of all commands.
    """
    from ops.actions.forget import forget as forget_order
    from ops.stage.connection import connect

    return forget_order(connect(options), options, order_id, yes=yes)
