"""`fanfare deploy`: put stacks into the running local cloud, or into a stage."""

from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Context, Flag, Injected, app
from ops.cli.errors import ExitCode


@app.command(sort_key=58)
def deploy(
    *consumers: Annotated[str, Parameter(name="CONSUMER")],
    every: Annotated[Flag, Parameter(name="--all")] = False,
    context: Context = None,
    yes: Flag = False,
    options: Injected,
) -> ExitCode:
    """Deploy the stacks of consumers, as their folders and rows are now.

    On the local stage `fanfare run` must run in another terminal. With --stage they
    go to that stage of the account, as by `make deploy`: the CDK asks before it
    grants rights. The bus is deployed first if it has changed.

    A new consumer receives the events from then on. If its row says replayable,
    `fanfare replay` then sends it the past.

    Args:
        consumers: Services, such as email.
        every: All stacks.
        context: Context value for the CDK, such as issuer=https://…; may be repeated.
        yes: Confirm, for a stage other than the local one, also the rights that are granted.
        options: Options of all commands.
    """
    from ops.actions.deploy import chosen
    from ops.cli.confirm import confirm
    from ops.local.redeploy import deploy_services
    from ops.stage.connection import connect

    services = chosen(consumers, every=every)
    what = ", ".join(services) or "all stacks"
    confirm(options, f"This deploys {what} to stage {options.stage}.", yes=yes)
    values = dict(each.partition("=")[::2] for each in context or ())
    return deploy_services(connect(options), options, services, values, yes=yes)
