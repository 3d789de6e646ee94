"""`fanfare forget`: a person's data."""

from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Flag, Injected, app
from ops.cli.errors import ExitCode


@app.command(sort_key=110)
def forget(
    order_id: Annotated[str, Parameter(name="ORDER")], /, *, yes: Flag = False, options: Injected
) -> ExitCode:
    """Blank what an order says of a person, in the log and in the read models.

    What was bought, paid and sent stays, and so does the order. It takes a role
    of its own (fanfare-<stage>-forget), which you must be allowed to assume. An
    order that is still moving is refused, since its parcel needs the address.

    Messages that wait in queues or lie in dead-letter queues keep their copies
    until they are worked off or expire, at most 14 days. Mail that was sent is
    where it was sent to.

    Args:
        order_id: The order; on the local stage its first few characters will do.
        yes: Really, also on a stage other than the local one.
        options: What was said to all commands.
    """
    from ops.actions.forget import forget as forget_order
    from ops.stage.connection import connect

    return forget_order(connect(options), options, order_id, yes=yes)
