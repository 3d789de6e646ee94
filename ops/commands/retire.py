"""`fanfare retire`: remove a consumer from a stage."""

from typing import Annotated

from cyclopts import Parameter

from ops.cli.app import Flag, Injected, Seconds, app
from ops.cli.errors import ExitCode


@app.command(sort_key=57)
def retire(
    consumer: Annotated[str, Parameter(name="CONSUMER")],
    /,
    *,
    keep_row: Flag = False,
    without_draining: Flag = False,
    drop_dead_letters: Flag = False,
    wait: Seconds = 900,
    yes: Flag = False,
    options: Injected,
) -> ExitCode:
    """Remove a consumer: end its subscription, drain its queue, delete its stack.

    Remove its row from functions/map.py first, or the next deployment creates it
    again. Run the command again after an interruption or a refusal: it resumes
    where it stopped. Once the subscription has ended, only a new deployment brings
    the consumer back.

    Args:
        consumer: Service, such as email.
        keep_row: Go on although its row is in the map and the next deployment creates it again.
        without_draining: Lose the messages in its queue.
        drop_dead_letters: Lose the messages in its dead-letter queue.
        wait: Wait for an empty queue at most so many seconds.
        yes: Confirm, for a stage other than the local one.
        options: Options of all commands.
    """
    from ops.actions.retire import must_be_retirable
    from ops.actions.retire import retire as retire_consumer
    from ops.stage.connection import connect

    must_be_retirable(consumer, keep_row=keep_row)
    return retire_consumer(
        connect(options),
        options,
        consumer,
        without_draining=without_draining,
        drop_dead_letters=drop_dead_letters,
        wait=wait,
        yes=yes,
    )
