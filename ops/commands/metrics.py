"""`fanfare metrics`: the figures of the last days."""

from typing import Annotated

from cyclopts import Parameter

from ops.commands.words import Asked, app, whole
from ops.trouble import Exit


@app.command(sort_key=70)
def metrics(
    *, days: Annotated[int, Parameter(metavar="DAYS", converter=whole)] = 14, options: Asked
) -> Exit:
    """Show what each day brought: orders, what became of them, and revenue.

    Days are those of UTC. With --json, amounts are in the currency's smallest unit.

    Args:
        days: How many, today among them.
        options: What was said to all commands.
    """
    from ops.metrics import show

    return show(options, days=days)
