"""A consumer's event source, switched off and on: what waits in its queue meanwhile is kept."""

from ops.cli.confirm import consent
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.stage.connection import connect
from ops.stage.event_sources import turn
from ops.stage.lookups import consumer_named


def switch(options: Options, consumer: str, *, on: bool, yes: bool) -> ExitCode:
    """Switch a consumer on or off and say what that means."""
    name = consumer_named(consumer).name
    what = f"puts {name} back on its queue" if on else f"takes {name} off its queue"
    consent(options, f"This {what}.", yes=yes)
    changed = turn(connect(options), name, on=on)
    if options.json:
        options.print_json({"consumer": consumer, "on": on, "changed": changed})
    else:
        options.out.print(_told(consumer, on=on, changed=changed))
    return ExitCode.DONE


def _told(consumer: str, *, on: bool, changed: bool) -> str:
    if not changed:
        return f"{consumer} was {'running' if on else 'paused'} already."
    if on:
        return f"{consumer} works off what waited in its queue."
    return f"{consumer} is paused: its messages wait, until `fanfare resume {consumer}`."
