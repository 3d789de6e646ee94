"""`fanfare jobs`: jobs of replay and republish."""

from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Injected, app
from ops.cli.errors import ExitCode


@app.command(sort_key=100)
def jobs(
    job: Annotated[str | None, Parameter(name="JOB", show_default=False)] = None,
    /,
    *,
    options: Injected,
) -> ExitCode:
    """Show the jobs of replay and republish: their progress and their state.

    A job is running, interrupted, done or failed. Resume one that is interrupted
    or failed with --resume.

    Args:
        job: Show only this job, in detail.
        options: Options of all commands.
    """
    from ops.replays.jobs import show

    return show(options, job)
