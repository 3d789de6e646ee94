"""`fanfare forget`: erase an order's personal data in the log and in the read models.

Copies stay for a while in queues and dead-letter queues (14 days at most, the longest retention of
SQS), in the log's stream (a day), and in a table's point-in-time recovery (35 days).
"""

from collections.abc import Sequence

from events.history import History
from events.order import NotPlaced, fold
from events.personal import blanked
from functions import names
from functions.framework.ports import Clock
from functions.runtime.clock import utc_now
from functions.runtime.operating.forget import ReadModel, erase
from functions.runtime.operating.ports import ConcurrentChange
from ops.cli.confirm import confirm
from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import counted
from ops.cli.options import Options
from ops.stage.connection import Connection
from ops.stage.consumers import known_consumers
from ops.stage.lookups import find_order, no_such_order
from ops.views.outstanding import outstanding

COPIES = (
    "Messages in queues and dead-letter queues keep their copies until they are processed or"
    " expire, at most 14 days."
)


def forget(
    connection: Connection, options: Options, wanted: str, *, yes: bool, clock: Clock = utc_now
) -> ExitCode:
    """Erase the personal fields of an order and print the result."""
    order = find_order(connection, wanted.upper())
    history = connection.log().read(order)
    _must_be_complete(history, order)
    if not _personal(history) and all(model.agrees(history) for model in _read_models(connection)):
        _print(options, order, (), "Nothing is left to erase")
        return ExitCode.DONE
    confirm(options, f"This erases the personal data of order {order} for good.", yes=yes)
    session = f"forget-{order}"
    acting = connection.acting_as(names.forget_role(connection.stage, connection.region), session)
    read_models = _read_models(connection, session)
    try:
        erased = erase(connection.log(), acting.erasure(), read_models, order, clock)
    except ConcurrentChange as changing:
        raise CommandError(
            f"Another process is changing {changing}: find it, and run the command again."
        ) from changing
    for pending in outstanding(history):
        options.err.print(
            f"{pending.consumer} has yet to fill {pending.slot}: it gets empty fields."
        )
    rows = "".join(f" and in the row of {model.name}" for model in read_models)
    events = counted(len(erased), "event")
    _print(options, order, erased, f"Erased the personal data in {events}{rows}")
    return ExitCode.DONE


def _read_models(connection: Connection, session: str | None = None) -> list[ReadModel]:
    """Return all read models; with a session, under the roles that may write them."""
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
        for consumer in known_consumers()
        if consumer.projection
    ]


def _personal(history: History) -> list[str]:
    """Return the ids of the events with personal data."""
    return [event.id for event in history if blanked(event) != event]


def _print(options: Options, order: str, erased: Sequence[str], sentence: str) -> None:
    if options.json:
        options.print_json({"order": order, "blanked": erased})
    else:
        options.out.print(f"{sentence}: order {order}.")
    options.err.print(COPIES)


def _must_be_complete(history: History, order: str) -> None:
    try:
        folded = fold(history)
    except NotPlaced:
        raise no_such_order(order) from None
    if folded.moving:
        raise CommandError(
            f"Order {order} is {folded.status} and still in progress: later steps may need the"
            f" address or the payment. Wait for its end (fanfare order {order} shows it), or"
            " cancel it first.",
            ExitCode.REFUSED,
        )
