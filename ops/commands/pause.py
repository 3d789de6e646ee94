"""`fanfare pause` and `fanfare resume`: a consumer is taken off its queue, and put back."""

from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Flag, Injected, app
from ops.cli.errors import ExitCode

Consumer = Annotated[str, Parameter(name="CONSUMER")]


@app.command(sort_key=55)
def pause(consumer: Consumer, /, *, yes: Flag = False, options: Injected) -> ExitCode:
    """Take a consumer off its queue: its messages wait there, for four days at most.

    Everybody else goes on. It comes back to all of them with `fanfare resume`.

    Args:
        consumer: The service, such as email.
        yes: Really, also on a stage other than the local one.
        options: What was said to all commands.
    """
    from ops.actions.pause import switch
    from ops.stage.connection import connect
    from ops.stage.lookups import consumer_named

    known = consumer_named(consumer)
    return switch(connect(options), options, known, on=False, yes=yes)


@app.command(sort_key=56)
def resume(consumer: Consumer, /, *, yes: Flag = False, options: Injected) -> ExitCode:
    """Put a consumer back on its queue.

    Args:
        consumer: The service, such as email.
        yes: Really, also on a stage other than the local one.
        options: What was said to all commands.
    """
    from ops.actions.pause import switch
    from ops.stage.connection import connect
    from ops.stage.lookups import consumer_named

    known = consumer_named(consumer)
    return switch(connect(options), options, known, on=True, yes=yes)
