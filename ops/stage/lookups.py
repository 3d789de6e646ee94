"""Lookups: the order or the consumer that an argument names."""

from functions.framework.service import Consumer
from functions.map import CONSUMERS
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL
from ops.stage.connection import Connection

ID_LENGTH = 26
EXAMPLES = 3
"""Orders that are named when one could be meant as well as another."""


def find_order(connection: Connection, wanted: str) -> str:
    """Return the id of the order that is meant; on the local stage by its first characters.

    Raises:
        CommandError: there is none, or several, or less than a whole id on another stage.
    """
    if len(wanted) >= ID_LENGTH:
        return wanted
    if not wanted:
        raise CommandError("Which order? Its id is empty.", ExitCode.USAGE)
    if connection.stage != LOCAL:
        raise CommandError(
            f"{wanted} is not a whole order id ({ID_LENGTH} characters). Only on the local stage"
            " the first few are enough: elsewhere that would read the whole log.",
            ExitCode.USAGE,
        )
    alike = sorted(order for order in connection.orders() if order.startswith(wanted))
    if not alike:
        raise no_such_order(wanted)
    if len(alike) > 1:
        some = ", ".join(alike[:EXAMPLES]) + (", …" if len(alike) > EXAMPLES else "")
        raise CommandError(
            f"{wanted} may be any of {len(alike):,} orders ({some}): give more of it.",
            ExitCode.USAGE,
        )
    return alike[0]


def no_such_order(order: str) -> CommandError:
    """Return what to say of an order that is not there."""
    return CommandError(
        f"There is no order {order} on this stage: `fanfare orders` lists those that there are.",
        ExitCode.NOT_FOUND,
    )


def consumer_named(name: str) -> Consumer:
    """Return a consumer of the map.

    Raises:
        CommandError: there is none of that name.
    """
    known = {consumer.name: consumer for consumer in CONSUMERS}
    if name not in known:
        raise CommandError(
            f"There is no consumer {name!r}; there are {', '.join(known)}.", ExitCode.USAGE
        )
    return known[name]


def must_be_replayable(consumer: Consumer) -> None:
    """See to it that old events may be sent to a consumer.

    Raises:
        CommandError: they may not.
    """
    if consumer.replayable:
        return
    acts = [on.event.__name__ for on in consumer.on if on.outside]
    why = (
        f"its reactions to {', '.join(acts)} act on the outside world, and must not do so for the"
        " sake of the past"
        if acts
        else "its row does not say that its reactions may hear the past again"
    )
    raise CommandError(f"{consumer.name} is not replayable: {why}.", ExitCode.REFUSED)
