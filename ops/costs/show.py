"""`fanfare costs`: a stage's bill as a table of 80 columns, or as JSON."""

from collections.abc import Iterator, Sequence

from ops.cli.errors import ExitCode
from ops.cli.formats import many
from ops.cli.options import LOCAL, Options
from ops.costs.bill import Bill, bill
from ops.costs.line import Line, total
from ops.stage import prices
from ops.stage.templates import of_stage


def show(options: Options, *, orders: int, context: Sequence[str]) -> ExitCode:
    """Print what a stage costs for a month, and what so many orders add."""
    made = bill(options.stage, of_stage(options.stage, context), orders)
    if options.json:
        options.print_json(made)
        return ExitCode.DONE
    for line in lines(made):
        options.out.print(line)
    if options.stage == LOCAL:
        options.err.print("The local stage runs here and costs nothing: so much it would on AWS.")
    return ExitCode.DONE


def lines(made: Bill) -> Iterator[str]:
    """Yield a bill in at most 80 columns."""
    yield (
        f"stage {made.stage}: list prices of {prices.REGION}, {prices.AS_OF}, in US dollars,"
        " no free tier"
    )
    yield from _table("a month in which nothing happens", made.idle)
    yield from _table(f"{many(made.orders, 'order')} in a month, besides", made.busy)
    yield from _table("what is kept of them, each month from then on", made.keeping)
    yield ""
    yield "met first, as they come faster: so many orders a second"
    for limit in made.limits:
        yield f"  {limit.what:<36} {limit.rate:>9,.3g}  {limit.raised}"


def _table(title: str, found: tuple[Line, ...]) -> Iterator[str]:
    yield ""
    yield title
    for line in found:
        number = f"{line.number:,.0f}" if line.number >= 100 else f"{line.number:,.3g}"
        unit = line.unit if line.number == 1 or line.unit == "GB" else f"{line.unit}s"
        yield f"  {line.what:<36} {number:>13} {unit:<12} {line.dollars:>9,.2f}"
    yield f"  {'in all':<63} {total(found):>9,.2f}"
