"""`fanfare pause` and `fanfare resume`: switch a consumer's event source off and on."""

from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Flag, Injected, app
from ops.cli.errors import ExitCode

Consumer = Annotated[str, Parameter(name="CONSUMER")]


@app.command(sort_key=55)
def pause(consumer: Consumer, /, *, yes: Flag = False, options: Injected) -> ExitCode:
    """Pause a consumer: its messages wait in its queue, for at most four days.

    Other consumers continue. `fanfare resume` delivers the waiting messages.

    Args:
        consumer: Service, such as email.
        yes: Confirm, for a stage other than the local one.
        options: Options of all commands.
    """
    from ops.actions.pause import switch
    from ops.stage.connection import connect
    from ops.stage.lookups import consumer_named

    known = consumer_named(consumer)
    return switch(connect(options), options, known, on=False, yes=yes)


@app.command(sort_key=56)
def resume(consumer: Consumer, /, *, yes: Flag = False, options: Injected) -> ExitCode:
    """Resume a paused consumer: it receives messages from its queue again.

    Args:
        consumer: Service, such as email.
        yes: Confirm, for a stage other than the local one.
        options: Options of all commands.
    """
    from ops.actions.pause import switch
    from ops.stage.connection import connect
    from ops.stage.lookups import consumer_named

    known = consumer_named(consumer)
    return switch(connect(options), options, known, on=True, yes=yes)
