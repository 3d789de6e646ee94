"""`fanfare tour`: eight steps on the local cloud."""

from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Flag, Injected, app, whole_number
from ops.cli.errors import ExitCode


@app.command(sort_key=15)
def tour(
    number: Annotated[
        int | None, Parameter(name="STEP", show_default=False, converter=whole_number)
    ] = None,
    /,
    *,
    yes: Flag = False,
    options: Injected,
) -> ExitCode:
    """See what the system promises, in eight steps on the local cloud.

    Each step is a sentence, some commands, and what to look at. `fanfare run` must
    be running in another terminal. A step undoes what it changed, also on Ctrl-C.

    Args:
        number: Only this step.
        yes: Do not wait for Enter before each step.
        options: Options of all commands.
    """
    from ops.stage.connection import connect
    from ops.tour.guide import tour as guided
    from ops.tour.guide import validate

    validate(options, number)
    return guided(connect(options), options, number, yes=yes)
