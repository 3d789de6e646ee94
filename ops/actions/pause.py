"""Pause and resume a consumer by its event source; meanwhile its queue keeps the messages."""

from functions.framework.service import Consumer
from ops.cli.confirm import confirm
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from ops.stage.event_sources import set_enabled
from ops.stage.queue_delay import delay_of


def switch(
    connection: Connection, options: Options, consumer: Consumer, *, on: bool, yes: bool
) -> ExitCode:
    """Switch a consumer on or off and print the result."""
    name = consumer.name
    effect = f"This resumes {name}." if on else f"This pauses {name}."
    confirm(options, effect, yes=yes)
    changed = set_enabled(connection, name, on=on)
    if options.json:
        options.print_json({"consumer": name, "on": on, "changed": changed})
    else:
        delay = delay_of(connection, consumer) if on else 0
        options.out.print(_result(name, on=on, changed=changed, delay=delay))
    return ExitCode.DONE


def _result(consumer: str, *, on: bool, changed: bool, delay: int) -> str:
    slow = f" It is slow by {delay} s: `fanfare slow {consumer} 0s` ends that." if delay else ""
    if not changed:
        return f"{consumer} was {'running' if on else 'paused'} already.{slow}"
    if on:
        return f"{consumer} is resumed: it processes the messages in its queue.{slow}"
    return f"{consumer} is paused: its messages wait, until `fanfare resume {consumer}`."
