"""The consumers that commands know: those of the map, and those of installed packages."""

from importlib.metadata import EntryPoint, entry_points

from functions.framework.service import Consumer
from functions.map import CONSUMERS
from ops.cli.errors import CommandError

GROUP = "fanfare.consumers"
"""Group of the entry points by which a package of another repository declares its rows."""


def known_consumers() -> tuple[Consumer, ...]:
    """Return the consumers of the map and of the packages that are installed beside Fanfare.

    Raises:
        CommandError: an entry point cannot be loaded, is no consumer, or has a name of the map.
    """
    return (*CONSUMERS, *(_row(point) for point in entry_points(group=GROUP)))


def _row(point: EntryPoint) -> Consumer:
    where = f"The entry point {point.name} = {point.value} ({GROUP})"
    try:
        row = point.load()
    except Exception as error:
        raise CommandError(
            f"{where} cannot be loaded: {error}. Mend the package, or uninstall it."
        ) from error
    if not isinstance(row, Consumer):
        raise CommandError(f"{where} is {type(row).__name__}, not a Consumer. Name its row.")
    if row.name in {consumer.name for consumer in CONSUMERS}:
        raise CommandError(
            f"{where} has the name {row.name}, which is taken by a row of functions/map.py. Rename"
            " it, or uninstall its package."
        )
    return row
