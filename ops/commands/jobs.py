"""`fanfare jobs`: what was sent again."""

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
    """Show what was sent again: how far each job came, and how it ended.

    A job is running, interrupted, done or failed; one that is interrupted or
    failed can be gone on with.

    Args:
        job: Only this one, with all that is known of it.
        options: What was said to all commands.
    """
    from ops.replays.jobs import show

    return show(options, job)
