"""`fanfare slow`: delay a consumer."""

from datetime import timedelta
from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Flag, Injected, app, span
from ops.cli.errors import ExitCode


@app.command(sort_key=57)
def slow(
    consumer: Annotated[str, Parameter(name="CONSUMER")],
    delay: Annotated[timedelta, Parameter(name="SPAN", converter=span)],
    /,
    *,
    yes: Flag = False,
    options: Injected,
) -> ExitCode:
    """Make a consumer slow: each new message waits in its queue for a while.

    Other consumers are as fast as before. `fanfare slow CONSUMER 0s` ends it; a
    deployment does not. It is refused on a stage with termination protection.

    On a stage in an account a delay of minutes may start the alarm that it is late.

    Args:
        consumer: Service, such as email.
        delay: Delay of a message, such as 5s; at most 15m.
        yes: Confirm, for a stage other than the local one.
        options: Options of all commands.
    """
    from ops.actions.slow import slow as slow_down
    from ops.stage.connection import connect
    from ops.stage.lookups import consumer_named

    known = consumer_named(consumer)
    return slow_down(connect(options), options, known, delay, yes=yes)
