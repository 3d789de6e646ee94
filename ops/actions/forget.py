"""`fanfare forget`: what an order says of a person, blanked in the log and in the read models.

Copies live on for a while in messages that wait or lie in dead-letter queues (14 days at most, as
long as SQS keeps anything), in the log's stream (a day), and in a table's recovery (35 days).
"""

from collections.abc import Sequence

from events.history import History
from events.order import NotPlaced, fold
from events.personal import forgotten
from functions import names
from functions.framework.ports import Clock
from functions.map import CONSUMERS
from functions.runtime.clock import utc_now
from ops.actions.erase import ReadModel, erase
from ops.cli.confirm import confirm
from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import counted
from ops.cli.options import Options
from ops.stage.connection import Connection
from ops.stage.lookups import find_order, no_such_order
from ops.views.outstanding import outstanding

COPIES = (
    "Messages that wait or lie in dead-letter queues keep their copies until they are worked off or"
    " expire, at most 14 days."
)


def forget(
    connection: Connection, options: Options, wanted: str, *, yes: bool, clock: Clock = utc_now
) -> ExitCode:
    """Blank an order's personal fields and say what was done."""
    order = find_order(connection, wanted.upper())
    history = connection.log().read(order)
    _must_rest(history, order)
    if not _personal(history) and all(shelf.agrees(history) for shelf in _shelves(connection)):
        _say(options, order, (), "Nothing is left to forget")
        return ExitCode.DONE
    confirm(options, f"This blanks what order {order} says of a person, for good.", yes=yes)
    session = f"forget-{order}"
    log_keeper = connection.acting_as(
        names.forget_role(connection.stage, connection.region), session
    )
    shelves = _shelves(connection, session)
    blanked = erase(connection.log(), log_keeper.erasure(), shelves, order, clock)
    for pending in outstanding(history):
        options.err.print(f"{pending.consumer} has yet to fill {pending.slot}: it finds blanks.")
    rows = f", and its row in {', '.join(shelf.name for shelf in shelves)}" if shelves else ""
    _say(options, order, blanked, f"Blanked {counted(len(blanked), 'event')}{rows}")
    return ExitCode.DONE


def _shelves(connection: Connection, session: str | None = None) -> list[ReadModel]:
    """Return all read models; with a session as one sees them under the roles that may write."""
    return [
        ReadModel(
            consumer.name,
            consumer.projection,
            (
                connection.acting_as(
                    names.forget_role(connection.stage, connection.region, consumer.name), session
                )
                if session
                else connection
            ).rows(consumer, consumer.projection.table),
        )
        for consumer in CONSUMERS
        if consumer.projection
    ]


def _personal(history: History) -> list[str]:
    """Return the ids of the events that say something personal."""
    return [event.id for event in history if forgotten(event) != event]


def _say(options: Options, order: str, blanked: Sequence[str], sentence: str) -> None:
    if options.json:
        options.print_json({"order": order, "blanked": blanked})
    else:
        options.out.print(f"{sentence}: order {order}.")
    options.err.print(COPIES)


def _must_rest(history: History, order: str) -> None:
    try:
        folded = fold(history)
    except NotPlaced:
        raise no_such_order(order) from None
    if folded.moving:
        raise CommandError(
            f"Order {order} is {folded.status} and still moves: what is to come may need the"
            f" address or the payment. Wait for its end (fanfare order {order} tells of it), or"
            " cancel it first.",
            ExitCode.REFUSED,
        )
