"""`fanfare order`: one order as a tree of its events, with outstanding reactions."""

import sys
import time
from collections.abc import Callable
from datetime import timedelta

from events.codec import encode
from events.contracts.checkout import OrderPlaced
from events.history import History
from events.order import Order, fold
from functions.map import CONSUMERS
from functions.runtime.clock import utc_now
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL, Options
from ops.logs.attempts import Attempts
from ops.logs.watch import watch
from ops.stage.aws_errors import explain
from ops.stage.connection import Connection
from ops.stage.lookups import find_order, no_such_order
from ops.stage.obstacles import obstacles
from ops.views.order_tree import draw
from ops.views.outstanding import at_rest, outstanding
from ops.views.recipients import unheard_of

PATIENCE = 30.0
STRAGGLERS = 2.0
"""Seconds to wait for log lines of consumers that state no fact, after an order is complete."""

AFTERWARDS = timedelta(minutes=1)
"""Maximum delay from an order's last fact to its last log line."""


def show(
    connection: Connection, options: Options, wanted: str, *, events: bool, wait: float | None
) -> ExitCode:
    """Print an order as a tree, as its events, or folded as JSON; with `wait`, once it is complete.

    An order that is incomplete after `wait` seconds is printed with its outstanding reactions.
    """
    if "-" in wanted:
        order = _correlated(connection, wanted)
    else:
        order = find_order(connection, wanted.upper())
    log = connection.log()
    history = log.read(order)
    if not history.states(OrderPlaced):
        raise no_such_order(order)
    if wait is not None:
        history = until_at_rest(lambda: log.read(order), wait)
    folded = fold(history)
    if events:
        for event in history:
            sys.stdout.write(encode(event).decode() + "\n")
    elif options.json:
        options.print_json(folded)
    else:
        attempts = _attempts(connection, folded)
        complete = connection.stage == LOCAL and at_rest(history)
        deadline = time.monotonic() + min(wait or 0, STRAGGLERS)
        while complete and unheard_of(history, attempts) and time.monotonic() < deadline:
            time.sleep(0.1)
            attempts = _attempts(connection, folded)
        options.out.print(
            draw(folded, history, utc_now(), attempts, _obstacles(connection, history))
        )
    if wait is None or at_rest(history):
        return ExitCode.DONE
    missing = [f"{each.consumer} has yet to fill {each.slot}." for each in outstanding(history)]
    options.err.print(" ".join([f"It is incomplete after {wait:g} s.", *missing]))
    return ExitCode.FAILED


def _correlated(connection: Connection, correlation: str) -> str:
    """Return the order of a correlation id, from the functions' logs: the log has no index of them.

    Raises:
        CommandError: no log line has the id and an order.
    """
    for record in watch(connection, since=0, term=correlation).poll(0, flush=True):
        if record.order:
            return record.order
    raise CommandError(
        f"No log line of a function names {correlation} and an order. The id is wrong, or the lines"
        " are older than the log's retention.",
        ExitCode.NOT_FOUND,
    )


def until_at_rest(
    read: Callable[[], History],
    patience: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> History:
    """Read an order until no reaction is outstanding, at most `patience` seconds."""
    deadline = clock() + patience
    while True:
        history = read()
        left = deadline - clock()
        if at_rest(history) or left <= 0:
            return history
        sleep(min(0.2, left))


def _obstacles(connection: Connection, history: History) -> dict[str, str]:
    waiting = {pending.consumer for pending in outstanding(history)}
    return obstacles(connection, [each for each in CONSUMERS if each.name in waiting])


def _attempts(connection: Connection, order: Order) -> Attempts:
    """Return the order's attempts from the functions' logs; none if the logs cannot be read."""
    since = order.timeline[0].time.timestamp()
    # On the local stage a replay long after the order costs nothing to find.
    whole = order.moving or connection.stage == LOCAL
    until = None if whole else (order.timeline[-1].time + AFTERWARDS).timestamp()
    try:
        records = watch(connection, since=since, until=until, term=order.id).poll(0, flush=True)
    except Exception as error:
        if explain(error, connection.stage) is None:
            raise
        return Attempts()
    return Attempts(records)
