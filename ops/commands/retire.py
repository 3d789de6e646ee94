"""`fanfare retire`: a consumer that is no longer wanted."""

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
    """End a consumer's subscription, wait until its queue is empty, delete its stack.

    Remove its row from functions/map.py first, or the next deployment brings it
    back. Whoever stops this, or is told to wait, says the same again: it goes on
    where it was. Once it hears nothing new there is no way back but to deploy it
    anew.

    Args:
        consumer: The service, such as email.
        keep_row: Although its row is in the map, and a deployment makes it anew.
        without_draining: Lose what waits in its queue.
        drop_dead_letters: Lose what is in its dead-letter queue.
        wait: Wait for an empty queue at most so many seconds.
        yes: Really, also on a stage other than the local one.
        options: What was said to all commands.
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
