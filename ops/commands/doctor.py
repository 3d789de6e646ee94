"""`fanfare doctor`: checks before a deployment."""

from ops.cli.app import Context, Injected, app
from ops.cli.errors import ExitCode


@app.command(sort_key=120)
def doctor(*, context: Context = None, options: Injected) -> ExitCode:
    """Check whether a stage can be deployed, and print a remedy for each problem.

    The checks read this machine, the templates of the stage and, with your
    credentials, the account; they never write. The exit code is 5 if a check
    finds a problem, and 1 if a check could not be made.

    Args:
        context: A context value for the CDK, such as issuer=https://…; may be repeated.
        options: Options of all commands.
    """
    from ops.doctor.report import show

    return show(options, context=context or ())
