"""`fanfare seed`: the demo catalogue."""

from ops.cli.app import Flag, Injected, app
from ops.cli.errors import ExitCode


@app.command(sort_key=20)
def seed(*, yes: Flag = False, options: Injected) -> ExitCode:
    """Write the demo catalogue and its stock into a stage.

    It may be repeated: existing products and their remaining stock stay as they
    are.

    Args:
        yes: Confirm, for stage prod.
        options: Options of all commands.
    """
    from ops.actions.seed import seed as seed_stage
    from ops.stage.connection import connect

    return seed_stage(connect(options), options, yes=yes)
