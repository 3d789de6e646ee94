"""Lookups of orders and consumers by the arguments of a command."""

from difflib import get_close_matches

from functions.framework.service import Consumer
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL
from ops.stage.connection import Connection
from ops.stage.consumers import known_consumers

ID_LENGTH = 26
EXAMPLES = 3
"""Orders listed in the message about an ambiguous prefix."""


def find_order(connection: Connection, wanted: str) -> str:
    """Return the whole id of an order; on the local stage its first characters are enough.

    Raises:
        CommandError: no order or several orders match, or the id is short on another stage.
    """
    if len(wanted) >= ID_LENGTH:
        return wanted
    if not wanted:
        raise CommandError("The order id is empty: name an order.", ExitCode.USAGE)
    if connection.stage != LOCAL:
        raise CommandError(
            f"{wanted} is not a whole order id ({ID_LENGTH} characters). The first characters are"
            " enough on the local stage only: elsewhere that would scan the whole log.",
            ExitCode.USAGE,
        )
    matching = sorted(order for order in connection.orders() if order.startswith(wanted))
    if not matching:
        raise no_such_order(wanted)
    if len(matching) > 1:
        some = ", ".join(matching[:EXAMPLES]) + (", …" if len(matching) > EXAMPLES else "")
        raise CommandError(
            f"{wanted} matches {len(matching):,} orders ({some}): give more characters.",
            ExitCode.USAGE,
        )
    return matching[0]


def no_such_order(order: str) -> CommandError:
    """Return the error about an order that does not exist."""
    return CommandError(
        f"There is no order {order} on this stage: `fanfare orders` lists its orders.",
        ExitCode.NOT_FOUND,
    )


def consumer_named(name: str) -> Consumer:
    """Return a consumer of the map, or of an installed package.

    Raises:
        CommandError: there is no consumer of that name.
    """
    known = {consumer.name: consumer for consumer in known_consumers()}
    if name not in known:
        close = get_close_matches(name, known)
        meant = f"Did you mean {' or '.join(close)}?" if close else f"There are {', '.join(known)}."
        raise CommandError(f"There is no consumer {name!r}. {meant}", ExitCode.USAGE)
    return known[name]


def must_be_replayable(consumer: Consumer) -> None:
    """Check that a consumer is replayable.

    Raises:
        CommandError: it is not.
    """
    if not consumer.replayable:
        raise CommandError(
            f"{consumer.name} is not replayable: {reason_against_replay(consumer)}. `fanfare"
            " republish --order ID` publishes an order's events to all consumers again; each"
            " ignores those that it handled.",
            ExitCode.REFUSED,
        )


def reason_against_replay(consumer: Consumer) -> str:
    """Return why a consumer that is not replayable is not, as a clause."""
    acts = [on.event.__name__ for on in consumer.on if on.outside]
    if not acts:
        return "its service does not declare it"
    return (
        f"its reactions to {', '.join(acts)} act on the outside world, and a replay must not repeat"
        " that"
    )
