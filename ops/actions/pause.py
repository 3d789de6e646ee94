"""A consumer's event source, switched off and on: what waits in its queue meanwhile is kept."""

from functions.framework.service import Consumer
from ops.cli.confirm import confirm
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from ops.stage.event_sources import set_enabled


def switch(
    connection: Connection, options: Options, consumer: Consumer, *, on: bool, yes: bool
) -> ExitCode:
    """Switch a consumer on or off and say what that means."""
    name = consumer.name
    what = f"puts {name} back on its queue" if on else f"takes {name} off its queue"
    confirm(options, f"This {what}.", yes=yes)
    changed = set_enabled(connection, name, on=on)
    if options.json:
        options.print_json({"consumer": name, "on": on, "changed": changed})
    else:
        options.out.print(_told(name, on=on, changed=changed))
    return ExitCode.DONE


def _told(consumer: str, *, on: bool, changed: bool) -> str:
    if not changed:
        return f"{consumer} was {'running' if on else 'paused'} already."
    if on:
        return f"{consumer} works off what waited in its queue."
    return f"{consumer} is paused: its messages wait, until `fanfare resume {consumer}`."
