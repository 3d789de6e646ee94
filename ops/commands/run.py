"""`fanfare run`: the whole system on this machine."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from ops.cli.app import Consumers, Flag, Injected, Types, app, whole_number


@app.command(sort_key=10)
def run(
    *,
    port: Annotated[
        int, Parameter(validator=Number(gte=1, lte=65535), converter=whole_number, metavar="PORT")
    ] = 4566,
    keep: Flag = False,
    watch: Flag = False,
    consumers: Consumers = None,
    types: Types = None,
    options: Injected,
) -> int:
    """Run the whole system on this machine: no account, no Docker.

    It starts a local cloud, deploys all stacks to it, seeds the shop, places three
    orders, and then shows events until Ctrl-C.

    Without a terminal it ends after the three orders; the exit code is 0 only if
    each of them ended as expected.

    Args:
        port: Port of the local cloud, on 127.0.0.1.
        keep: Run until stopped, also without a terminal.
        watch: Put a change in events/ or functions/ live when it is saved; implies --keep.
        consumers: Show only lines of this service; may be repeated.
        types: Show only events of this type; may be repeated.
        options: Options of all commands.
    """
    from ops.local.run import run as run_here
    from ops.logs.filter import Filter

    only = Filter.of(consumers, types)
    return run_here(options, port=port, keep=keep, only=only, watch_sources=watch)
