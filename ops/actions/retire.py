"""`fanfare retire`: end a consumer's subscription, drain its queue, delete its stack.

Each step is idempotent and skipped if it is done, so a repeated command resumes the work.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from functions import names
from functions.framework.service import NAME
from functions.map import CONSUMERS
from ops.actions import consumer_stack as stacks
from ops.actions.consumer_stack import DeployedStack
from ops.cli.confirm import confirm
from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import counted
from ops.cli.options import LOCAL, Options, stage_option
from ops.stage import drain
from ops.stage.connection import Connection
from ops.stage.consumer_queues import ConsumerQueues
from ops.stage.drain import wait_until_empty
from ops.stage.event_sources import set_enabled

CONSISTENT = 60
"""Seconds until the counts of SQS are consistent, at the earliest, once no messages are sent
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html).
"""

type Clock = Callable[[], float]
type Sleep = Callable[[float], None]


def retire(
    connection: Connection,
    options: Options,
    name: str,
    *,
    without_draining: bool,
    drop_dead_letters: bool,
    wait: float,
    yes: bool,
    clock: Clock = time.monotonic,
    sleep: Sleep = time.sleep,
) -> ExitCode:
    """Retire a consumer and print the resources that outlive it."""
    stack = stacks.find_stack(connection, names.prefixed(connection.stage, name))
    if stack is None:
        return _already_retired(options, connection, name)
    _must_be_deletable(stack)
    queues = ConsumerQueues(connection, name)
    if not stack.deleting and not drop_dead_letters:
        _must_have_no_dead_letters(queues, name)
    _report_undelivered(options, queues, name)
    confirm(options, _effect(name, stack, queues, without_draining), yes=yes)
    with _repeatable(options, stack):
        if not stack.deleting:
            if queues.unsubscribe():
                options.err.print(f"The subscription of {name} has ended.")
            if not without_draining:
                _drain(options, connection, queues, name, wait, clock, sleep)
                if not drop_dead_letters:
                    _must_have_no_dead_letters(queues, name)
        options.err.print(f"Deleting {stack.name}.")
        stacks.delete(options, connection, stack, clock=clock, sleep=sleep)
    _print_result(options, name, stack)
    return ExitCode.DONE


def must_be_retirable(name: str, *, keep_row: bool) -> None:
    """Check a consumer's name and, without `keep_row`, that its row is not in the map.

    Raises:
        CommandError: the name is malformed, or the next deployment would create the consumer again.
    """
    if not re.fullmatch(NAME, name):
        raise CommandError(f"{name!r} is not a consumer name.", ExitCode.USAGE)
    if name in (consumer.name for consumer in CONSUMERS) and not keep_row:
        raise CommandError(
            f"{name} has a row in functions/map.py, so the next deployment of all stacks would"
            " create it again: remove the row, then run the command again. To have it created anew,"
            " use --keep-row.",
            ExitCode.REFUSED,
        )


def _already_retired(options: Options, connection: Connection, name: str) -> ExitCode:
    stack = names.prefixed(connection.stage, name)
    if not stacks.was_deleted(connection, stack):
        raise CommandError(
            f"There is no {name} on stage {connection.stage}: no stack is named {stack}.",
            ExitCode.NOT_FOUND,
        )
    if options.json:
        options.print_json({"consumer": name, "stack": stack, "kept": []})
    else:
        options.out.print(f"{name} was retired already: {stack} is deleted.")
    return ExitCode.DONE


def _must_be_deletable(stack: DeployedStack) -> None:
    if stack.protected:
        raise CommandError(
            f"{stack.name} has termination protection. Nothing was changed. To switch it off:"
            " aws cloudformation update-termination-protection"
            f" --no-enable-termination-protection --stack-name {stack.name}",
            ExitCode.REFUSED,
        )
    if stack.status.endswith("_IN_PROGRESS") and not stack.deleting:
        raise CommandError(
            f"{stack.name} is being deployed ({stack.status}): wait for the end. Nothing was"
            " changed.",
            ExitCode.REFUSED,
        )


def _must_have_no_dead_letters(queues: ConsumerQueues, name: str) -> None:
    dead = queues.dead_letters()
    if dead:
        raise CommandError(
            f"{counted(dead, 'message')} in {name}'s dead-letter queue: their work may still be"
            " outstanding. Redrive them or handle them by hand, or lose them with"
            " --drop-dead-letters. The stack was not deleted.",
            ExitCode.REFUSED,
        )


def _report_undelivered(options: Options, queues: ConsumerQueues, name: str) -> None:
    """Report messages that this consumer may have missed; they cannot be replayed afterwards."""
    found = queues.undelivered()
    if found is None:
        return
    count, url = found
    options.err.print(
        f"{url.rpartition('/')[2]} holds {counted(count, 'message')} that the topic could not"
        f" deliver to a consumer's queue. They do not name the consumer: it may have been {name}."
        f" To read them: aws sqs receive-message --queue-url {url} --visibility-timeout 0"
        " --max-number-of-messages 10"
    )


def _effect(name: str, stack: DeployedStack, queues: ConsumerQueues, without_draining: bool) -> str:
    waiting = counted(queues.queue.waiting() if queues.queue else 0, "message")
    rest = f"it loses {waiting}" if without_draining else f"it processes {waiting}"
    return (
        f"This retires {name} for good: its subscription ends, {rest}, and {stack.name} is deleted."
    )


def _drain(
    options: Options,
    connection: Connection,
    queues: ConsumerQueues,
    name: str,
    wait: float,
    clock: Clock,
    sleep: Sleep,
) -> None:
    """Wait until the consumer has processed its queue; resume it if it is paused.

    Raises:
        CommandError: it takes longer than `wait` seconds.
    """
    if queues.queue is None:
        return
    if set_enabled(connection, name, on=True, clock=clock, sleep=sleep):
        options.err.print(f"{name} was paused, and is resumed until its queue is empty.")
    settled = (
        drain.EMPTY_COUNTS if connection.stage == LOCAL else round(CONSISTENT / drain.POLL_INTERVAL)
    )
    drained = wait_until_empty(options, queues.queue, wait, sure=settled, clock=clock, sleep=sleep)
    if drained is not ExitCode.DONE:
        raise CommandError(
            f"The subscription of {name} has ended; its stack was not deleted. Failures are shown"
            f" by `fanfare tail{stage_option(connection.stage)} --outcome retry`. Run the command"
            " again to continue, or lose the messages with --without-draining."
        )


@contextmanager
def _repeatable(options: Options, stack: DeployedStack) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        options.err.print(
            f"\nStopped; {stack.name} is not deleted. Run the command again to continue."
        )
        raise


def _print_result(options: Options, name: str, stack: DeployedStack) -> None:
    if options.json:
        kept = [{"kind": each.kind, "name": each.name} for each in stack.retained]
        options.print_json({"consumer": name, "stack": stack.name, "kept": kept})
        return
    options.out.print(f"{name} is retired: {stack.name} is deleted.")
    for each in stack.retained:
        options.out.print(f"Kept: {each.kind} {each.name}")
    if any(each.kind == "table" for each in stack.retained):
        options.out.print(
            "`fanfare forget` does not erase tables of a retired consumer: delete them once they"
            " are not needed (aws dynamodb delete-table, after switching off its protection)."
        )
