"""Make a consumer slow: its queue delivers each new message late."""

from datetime import timedelta

from functions import names
from functions.framework.service import Consumer
from ops.actions.consumer_stack import find_stack
from ops.cli.confirm import confirm
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL, Options, stage_option
from ops.stage.connection import Connection
from ops.stage.event_sources import is_enabled
from ops.stage.queue_delay import MAXIMUM, set_delay


def slow(
    connection: Connection, options: Options, consumer: Consumer, delay: timedelta, *, yes: bool
) -> ExitCode:
    """Set the delay of a consumer's new messages, and print the result.

    Raises:
        CommandError: the delay is not one of SQS, or the stage is protected.
    """
    seconds = _seconds(delay)
    if seconds:
        _must_be_unprotected(connection, consumer)
    name = consumer.name
    effect = f"This delays {name} by {seconds} s." if seconds else f"This ends the delay of {name}."
    confirm(options, effect, yes=yes)
    changed = set_delay(connection, consumer, seconds)
    if options.json:
        options.print_json({"consumer": name, "delay": seconds, "changed": changed})
    else:
        options.out.print(_result(connection, name, seconds, changed=changed))
    return ExitCode.DONE


def _seconds(delay: timedelta) -> int:
    seconds = delay.total_seconds()
    if seconds > MAXIMUM or not seconds.is_integer():
        raise CommandError(
            f"A delay is a whole number of seconds up to {MAXIMUM} ({MAXIMUM // 60}m), not"
            f" {seconds:g} s: SQS has no other.",
            ExitCode.USAGE,
        )
    return int(seconds)


def _must_be_unprotected(connection: Connection, consumer: Consumer) -> None:
    if connection.stage == LOCAL:
        return
    stack = find_stack(connection, names.prefixed(connection.stage, consumer.name))
    if stack is None:
        raise CommandError(
            f"{consumer.name} is not deployed on stage {connection.stage}.", ExitCode.NOT_FOUND
        )
    if stack.protected:
        raise CommandError(
            f"Stage {connection.stage} has termination protection, as one with real customers has:"
            f" they would wait for {consumer.name}. Use a stage without it, or the local one.",
            ExitCode.REFUSED,
        )


def _result(connection: Connection, consumer: str, seconds: int, *, changed: bool) -> str:
    command = f"fanfare slow {consumer} 0s{stage_option(connection.stage)}"
    if seconds:
        how = "is" if changed else "was already"
        text = f"{consumer} {how} slow by {seconds} s"
        text += f": each new message waits that long in its queue, until `{command}`."
    else:
        text = f"{consumer} {'is' if changed else 'was'} not slow{' any more' * changed}."
    if changed and connection.stage != LOCAL:
        text += " SQS may take a minute to apply it."
    if not is_enabled(connection, consumer):
        text += f" It is paused: `fanfare resume {consumer}{stage_option(connection.stage)}`."
    return text
