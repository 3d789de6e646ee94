"""`fanfare seed`: the demo catalogue."""

from ops.cli.app import Flag, Injected, app
from ops.cli.errors import ExitCode


@app.command(sort_key=20)
def seed(*, yes: Flag = False, options: Injected) -> ExitCode:
    """Put the demo catalogue and its stock into a stage.

    It may be repeated: what is there already stays as it is, also the stock that
    is left.

    Args:
        yes: Really, also on stage prod.
        options: What was said to all commands.
    """
    from ops.actions.seed import seed as seed_stage
    from ops.stage.connection import connect

    return seed_stage(connect(options), options, yes=yes)
