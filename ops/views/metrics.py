"""`fanfare metrics`: a table of days, each with a bar."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from rich.table import Table
from rich.text import Text

from events.money import Money, formatted
from functions.analytics.figures import LONGEST, Figures, figures
from functions.analytics.service import SERVICE as ANALYTICS
from functions.analytics.table import FIGURES, day_of
from functions.framework.ports import Clock
from functions.runtime.clock import utc_now
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection

BAR = 12
"""Cells of the bar of the day with the most orders."""

CONFIRMED = "█"
OTHERS = "░"
NONE = "-"


def validate(days: int) -> None:
    """Check a number of days.

    Raises:
        CommandError: it is less than 1 or more than `LONGEST`.
    """
    if not 1 <= days <= LONGEST:
        raise CommandError(
            f"--days must be a number from 1 to {LONGEST}, not {days}.", ExitCode.USAGE
        )


def show(
    connection: Connection, options: Options, *, days: int, clock: Clock = utc_now
) -> ExitCode:
    """Print the figures of the last days, including today, as a table or as JSON."""
    found = figures(connection.rows(ANALYTICS, FIGURES), days, day_of(clock()))
    if options.json:
        for each in found:
            options.print_json(each)
    elif any(has_activity(each) for each in found):
        options.out.print(draw(found), soft_wrap=False)
        options.out.print(
            f"\n{CONFIRMED} confirmed  {OTHERS} others   days are UTC, today's so far"
        )
    else:
        options.out.print(no_orders(found, options.stage))
    return ExitCode.DONE


def draw(found: Sequence[Figures]) -> Table:
    """Return a table of at most 80 columns: a row for each day, and one for their sum."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("day", no_wrap=True)
    table.add_column("orders", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, style="cyan")
    table.add_column("confirmed", justify="right", no_wrap=True)
    table.add_column("cancelled")
    table.add_column("revenue", justify="right")
    most = max(max(each.orders, each.confirmed) for each in found)
    for each in found:
        table.add_row(f"{each.day}", *_cells(each, bar(each, most)))
    if len(found) > 1:
        table.add_row(f"{len(found)} days", *_cells(summed(found), ""), style="bold")
    return table


def bar(day: Figures, most: int) -> str:
    """Return the bar of a day: confirmed orders dark, others light; `most` orders fill it."""
    if not most:
        return ""
    dark = _cells_of(day.confirmed, most)
    return CONFIRMED * dark + OTHERS * (_cells_of(max(day.orders, day.confirmed), most) - dark)


def summed(found: Iterable[Figures]) -> Figures:
    """Return the sum of some days, with the minimum date."""
    days = tuple(found)
    return Figures(
        day=date.min,
        orders=sum(each.orders for each in days),
        confirmed=sum(each.confirmed for each in days),
        cancelled=_summed_counts(each.cancelled for each in days),
        ordered=_summed_counts(each.ordered for each in days),
        revenue=_summed_counts(each.revenue for each in days),
    )


def has_activity(day: Figures) -> bool:
    """Return whether a day has orders, confirmed or cancelled ones included."""
    return bool(day.orders or day.confirmed or day.cancelled)


def no_orders(found: Sequence[Figures], stage: str) -> str:
    """Return the message about days without orders."""
    span = f"{found[0].day} to {found[-1].day}" if len(found) > 1 else f"{found[0].day}"
    return (
        f"No order on stage {stage} in these days ({span}, UTC). `fanfare invoke` places one;"
        " a moment later it is counted."
    )


def _cells(day: Figures, drawn: str) -> tuple[str | Text, ...]:
    cancelled = "\n".join(f"{count} {reason}" for reason, count in day.cancelled.items())
    revenue = "\n".join(
        formatted(Money(amount=amount, currency=currency))
        for currency, amount in day.revenue.items()
    )
    return f"{day.orders}", drawn, f"{day.confirmed}", cancelled or NONE, revenue or NONE


def _cells_of(count: int, most: int) -> int:
    """Return the cells of a count; at least one unless it is zero."""
    return min(BAR, max(1, round(count / most * BAR))) if count else 0


def _summed_counts(counts: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(sorted(total.items()))
