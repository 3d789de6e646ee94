"""`fanfare costs`: the bill of a stage in 80 columns, or as JSON."""

from collections.abc import Iterator, Sequence

from ops.cli.errors import ExitCode
from ops.cli.formats import counted
from ops.cli.options import LOCAL, Options
from ops.costs.bill import Bill, bill
from ops.costs.bill_line import BillLine, total
from ops.stage import prices
from ops.stage.templates import stage_templates


def show(options: Options, *, orders: int, context: Sequence[str]) -> ExitCode:
    """Print the costs of a stage in a month, without orders and with them."""
    made = bill(options.stage, stage_templates(options.stage, context), orders)
    if options.json:
        options.print_json(made)
        return ExitCode.DONE
    for line in lines(made):
        options.out.print(line)
    if options.stage == LOCAL:
        options.err.print("The local stage costs nothing; these are its costs on AWS.")
    return ExitCode.DONE


def lines(made: Bill) -> Iterator[str]:
    """Yield a bill in at most 80 columns."""
    yield (
        f"stage {made.stage}: list prices of {prices.REGION}, {prices.AS_OF}, in US dollars,"
        " no free tier"
    )
    yield from _table("a month without orders", made.idle)
    yield from _table(f"{counted(made.orders, 'order')} in a month, added", made.busy)
    yield from _table("storage of these orders, each month afterwards", made.keeping)
    yield ""
    yield "limits in orders a second, the lowest first"
    for limit in made.limits:
        yield f"  {limit.what:<36} {limit.rate:>9,.3g}  {limit.raised}"


def _table(title: str, found: tuple[BillLine, ...]) -> Iterator[str]:
    yield ""
    yield title
    for line in found:
        number = f"{line.number:,.0f}" if line.number >= 100 else f"{line.number:,.3g}"
        unit = line.unit if line.number == 1 or line.unit == "GB" else f"{line.unit}s"
        yield f"  {line.what:<36} {number:>13} {unit:<12} {line.dollars:>9,.2f}"
    yield f"  {'total':<63} {total(found):>9,.2f}"
