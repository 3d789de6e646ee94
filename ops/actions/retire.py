"""`fanfare retire`: a consumer that is no longer wanted stops hearing, is drained and destroyed.

Each step can be repeated, and is left out if it was done: who stops midway says the same again.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from functions import names
from functions.framework.service import NAME
from functions.map import CONSUMERS
from ops.actions import consumer_stack as stacks
from ops.actions.consumer_stack import ConsumerStack
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
"""Seconds after which SQS's counts can be believed once nobody sends any more, at the earliest
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
    """Retire a consumer and say what outlives it."""
    stack = stacks.find_stack(connection, names.prefixed(connection.stage, name))
    if stack is None:
        return _gone(options, connection, name)
    _can_go(stack)
    inbox = ConsumerQueues(connection, name)
    if not stack.going and not drop_dead_letters:
        _no_dead_letters(inbox, name)
    _tell_of_undelivered(options, inbox, name)
    confirm(options, _sentence(name, stack, inbox, without_draining), yes=yes)
    with _repeatable(options, stack):
        if not stack.going:
            if inbox.unsubscribe():
                options.err.print(f"{name} hears nothing new.")
            if not without_draining:
                _drain(options, connection, inbox, name, wait, clock, sleep)
                if not drop_dead_letters:
                    _no_dead_letters(inbox, name)
        options.err.print(f"Deleting {stack.name}.")
        stacks.delete(options, connection, stack, clock=clock, sleep=sleep)
    _told(options, name, stack)
    return ExitCode.DONE


def must_be_retirable(name: str, *, keep_row: bool) -> None:
    """Check a consumer's name and, unless its row is to be kept, that the map has none.

    Raises:
        CommandError: it is no name of a consumer, or the next deployment would make it anew.
    """
    if not re.fullmatch(NAME, name):
        raise CommandError(f"{name!r} is no name of a consumer.", ExitCode.USAGE)
    if name in (consumer.name for consumer in CONSUMERS) and not keep_row:
        raise CommandError(
            f"{name} has its row in functions/map.py, and the next deployment of all stacks would"
            " bring it back: remove the row, then say this again. If it is to come back, as new,"
            " say it with --keep-row.",
            ExitCode.REFUSED,
        )


def _gone(options: Options, connection: Connection, name: str) -> ExitCode:
    stack = names.prefixed(connection.stage, name)
    if not stacks.was_deleted(connection, stack):
        raise CommandError(
            f"There is no {name} on stage {connection.stage}: its stack would be {stack}.",
            ExitCode.NOT_FOUND,
        )
    if options.json:
        options.print_json({"consumer": name, "stack": stack, "kept": []})
    else:
        options.out.print(f"{name} was retired already: {stack} is gone.")
    return ExitCode.DONE


def _can_go(stack: ConsumerStack) -> None:
    if stack.protected:
        raise CommandError(
            f"{stack.name} is protected from being deleted. Nothing was changed. To take the"
            " protection away: aws cloudformation update-termination-protection"
            f" --no-enable-termination-protection --stack-name {stack.name}",
            ExitCode.REFUSED,
        )
    if stack.status.endswith("_IN_PROGRESS") and not stack.going:
        raise CommandError(
            f"{stack.name} is being deployed ({stack.status}): wait for its end. Nothing was"
            " changed.",
            ExitCode.REFUSED,
        )


def _no_dead_letters(inbox: ConsumerQueues, name: str) -> None:
    dead = inbox.dead_letters()
    if dead:
        raise CommandError(
            f"{counted(dead, 'message')} in {name}'s dead-letter queue: their work may still have to"
            " be done. Redrive them or handle them by hand, or lose them with --drop-dead-letters."
            " The stack was not deleted.",
            ExitCode.REFUSED,
        )


def _tell_of_undelivered(options: Options, inbox: ConsumerQueues, name: str) -> None:
    """Tell of what may have missed this consumer, which nobody can replay once it is gone."""
    found = inbox.undelivered()
    if found is None:
        return
    lying, url = found
    options.err.print(
        f"{url.rpartition('/')[2]} holds {counted(lying, 'message')} that the topic could not deliver"
        f" to a consumer's queue. Nothing there says to whose: it may have been {name}'s. To look:"
        f" aws sqs receive-message --queue-url {url} --visibility-timeout 0"
        " --max-number-of-messages 10"
    )


def _sentence(
    name: str, stack: ConsumerStack, inbox: ConsumerQueues, without_draining: bool
) -> str:
    waiting = counted(inbox.queue.waiting() if inbox.queue else 0, "message")
    waits = f"loses the {waiting} that wait" if without_draining else f"works off {waiting}"
    return (
        f"This retires {name} for good: it hears nothing new, {waits}, and {stack.name} is deleted."
    )


def _drain(
    options: Options,
    connection: Connection,
    inbox: ConsumerQueues,
    name: str,
    wait: float,
    clock: Clock,
    sleep: Sleep,
) -> None:
    """Have what waits worked off, also by one that was paused.

    Raises:
        CommandError: it takes longer than `wait` seconds.
    """
    if inbox.queue is None:
        return
    if set_enabled(connection, name, on=True, clock=clock, sleep=sleep):
        options.err.print(f"{name} was paused, and works again until its queue is empty.")
    settled = (
        drain.EMPTY_COUNTS if connection.stage == LOCAL else round(CONSISTENT / drain.POLL_INTERVAL)
    )
    drained = wait_until_empty(options, inbox.queue, wait, sure=settled, clock=clock, sleep=sleep)
    if drained is not ExitCode.DONE:
        raise CommandError(
            f"{name} hears nothing new, and its stack was not deleted. What fails is shown by"
            f" `fanfare tail{stage_option(connection.stage)} --outcome retry`; say the same again to go on,"
            " or lose what waits with --without-draining."
        )


@contextmanager
def _repeatable(options: Options, stack: ConsumerStack) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        options.err.print(f"\nStopped; {stack.name} is not gone. Say the same again to go on.")
        raise


def _told(options: Options, name: str, stack: ConsumerStack) -> None:
    if options.json:
        kept = [{"kind": each.kind, "name": each.name} for each in stack.kept]
        options.print_json({"consumer": name, "stack": stack.name, "kept": kept})
        return
    options.out.print(f"{name} is retired: {stack.name} is gone.")
    for each in stack.kept:
        options.out.print(f"Kept: {each.kind} {each.name}")
    if any(each.kind == "table" for each in stack.kept):
        options.out.print(
            "`fanfare forget` does not reach tables of a consumer that is gone: remove them once"
            " nobody needs them (aws dynamodb delete-table, its protection switched off)."
        )
