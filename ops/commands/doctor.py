"""`fanfare doctor`: what a deployment would stumble over."""

from ops.cli.app import Context, Injected, app
from ops.cli.errors import ExitCode


@app.command(sort_key=120)
def doctor(*, context: Context = None, options: Injected) -> ExitCode:
    """Look whether a stage can be deployed, and say what to do where it cannot.

    It looks at this machine, at the stage's templates, and with your credentials
    at the account; it only ever reads. 5 is the exit code if something is wrong,
    1 if something could not be looked at.

    Args:
        context: What the CDK will be told besides, such as issuer=https://…; may be repeated.
        options: What was said to all commands.
    """
    from ops.doctor.report import show

    return show(options, context=context or ())
