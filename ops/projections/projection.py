"""`fanfare projection`: show the rows of a read model, compare them with the log, or empty it."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from textwrap import wrap

from functions.framework.ports import Clock, Row, Rows
from functions.framework.service import Consumer, Projection
from functions.runtime.clock import utc_now
from ops.cli.confirm import confirm
from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import counted
from ops.cli.options import Options, stage_option
from ops.projections.compare import Comparison, Difference, compare, compare_order
from ops.stage.connection import Connection
from ops.stage.consumers import known_consumers
from ops.stage.lookups import find_order, no_such_order
from ops.stage.prices import READ_UNIT, format_price

LISTED = 20
"""The most differences that are printed, except as JSON."""

WIDTH = 80
INDENT = "  "


def show(
    connection: Connection,
    options: Options,
    consumer: Consumer,
    projection: Projection,
    key: str | None,
    *,
    limit: int,
) -> ExitCode:
    """Print the first rows, the rows of a partition, or the row of an order."""
    name = consumer.name
    rows = connection.rows(consumer, projection.table)
    found = list(
        islice(rows.all(), limit)
        if key is None
        else _rows_of(connection, rows, projection, key, limit)
    )
    if key is not None and not found:
        raise CommandError(f"{name} has no row of {key}.", ExitCode.NOT_FOUND)
    if options.json:
        for row in found:
            options.print_json(row)
    for row in found if not options.json else ():
        for line in _row_lines(row):
            options.out.print(line)
    if not found and not options.json:
        options.out.print(
            f"{name} has no rows. Rebuild it: fanfare replay {name}{stage_option(connection.stage)}"
        )
    if len(found) == limit:
        options.err.print(f"The first {limit}; more with --limit.")
    return ExitCode.DONE


def check(
    connection: Connection,
    options: Options,
    consumer: Consumer,
    projection: Projection,
    key: str | None,
    *,
    clock: Clock = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> ExitCode:
    """Compare all rows, or the row of one order, with the log; return `FOUND` if one differs."""
    rows, log = connection.rows(consumer, projection.table), connection.log()
    if key is None:
        result = compare(projection, connection.pages(), log, rows, clock, sleep)
    else:
        order = find_order(connection, key.upper())
        if not len(log.read(order)):
            raise no_such_order(order)
        difference = compare_order(projection, log, rows, order, clock, sleep)
        result = Comparison(
            equal=difference is None, differences=(difference,) if difference else (), units=0
        )
    if options.json:
        options.print_json(result)
    else:
        _report(options, connection, consumer.name, result)
    return ExitCode.FOUND if result.differences else ExitCode.DONE


def empty(
    connection: Connection,
    options: Options,
    consumer: Consumer,
    projection: Projection,
    *,
    yes: bool,
) -> ExitCode:
    """Remove all rows of a read model that can be rebuilt."""
    name = consumer.name
    confirm(
        options,
        f"This removes all rows of {name}; until they are rebuilt, readers find few or none.",
        yes=yes,
    )
    rows = connection.rows(consumer, projection.table)
    removed = 0
    for row in rows.all():
        rows.remove(row.partition, row.sort)
        removed += 1
    if options.json:
        options.print_json({"removed": removed})
    else:
        rebuild = f"fanfare replay {name}{stage_option(connection.stage)}"
        options.out.print(f"Removed {counted(removed, 'row')} of {name}. Rebuild them: {rebuild}")
    return ExitCode.DONE


def read_model(name: str) -> tuple[Consumer, Projection]:
    """Return a consumer by name, and its read model.

    Raises:
        CommandError: the consumer has none, or does not exist.
    """
    known = {c.name: (c, c.projection) for c in known_consumers() if c.projection}
    if name not in known:
        names = f"there are {', '.join(known)}" if known else "there are none"
        raise CommandError(f"There is no projection {name!r}; {names}.", ExitCode.USAGE)
    return known[name]


def must_be_rebuildable(consumer: Consumer) -> None:
    """Check that a replay can rebuild a consumer's read model.

    Raises:
        CommandError: the consumer is not replayable.
    """
    if not consumer.replayable:
        raise CommandError(
            f"{consumer.name} is not replayable: removed rows could not be rebuilt.",
            ExitCode.REFUSED,
        )


def _rows_of(
    connection: Connection, rows: Rows, projection: Projection, key: str, limit: int
) -> Iterable[Row]:
    """Return the rows of a partition, or else the row of an order."""
    found = rows.page(key, limit=limit)
    if found:
        return found
    expected = projection.fold(connection.log().read(find_order(connection, key.upper())))
    row = rows.get(expected.partition, expected.sort) if expected else None
    return [row] if row else []


def _row_lines(row: Row) -> Iterator[str]:
    """Yield a row in 80 columns: its key, and below it the values."""
    values = [*row.values.items(), *([("version", row.version)] if row.version else [])]
    yield f"{row.partition}  {row.sort}"
    texts = (f"{name}={value}" for name, value in values)
    yield from wrap("  ".join(texts), WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)


def _report(options: Options, connection: Connection, name: str, result: Comparison) -> None:
    wrong = result.differences
    units = counted(math.ceil(result.units), "read unit")
    paid = f" ({units}, {format_price(result.units * READ_UNIT)})" if result.units else ""
    if not wrong:
        equal = "equals" if result.equal == 1 else "equal"
        options.out.print(f"{counted(result.equal, 'row')} of {name} {equal} the log{paid}.")
        return
    differ = "differs" if len(wrong) == 1 else "differ"
    rows = counted(len(wrong), "row")
    options.out.print(f"{rows} of {name} {differ}, {result.equal:,} equal the log{paid}.")
    for difference in wrong[:LISTED]:
        for line in _difference_lines(difference):
            options.out.print(line)
    if len(wrong) > LISTED:
        options.out.print(f"  and {len(wrong) - LISTED:,} more; --json has them all.")
    fix = f"fanfare replay {name}{stage_option(connection.stage)}"
    if any(difference.kind == "surplus" for difference in wrong):
        fix = f"fanfare projection {name} --empty{stage_option(connection.stage)}, then {fix}"
    options.out.print(f"To fix them: {fix}")


def _difference_lines(difference: Difference) -> Iterator[str]:
    yield f"  {difference.kind:<9}  {difference.order or '(of no order)'}"
    yield f"    row {difference.partition}"
    yield f"        {difference.sort}"
    yield from (f"    {each}" for each in difference.what)
