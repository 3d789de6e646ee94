"""`fanfare simulate`: the whole shop in memory, under every kind of bad luck."""

import os
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from ops.cli.app import Injected, app, whole_number
from ops.cli.errors import ExitCode

Whole = Annotated[int, Parameter(converter=whole_number, validator=Number(gte=1), metavar="NUMBER")]


@app.command(sort_key=130)
def simulate(
    *,
    seeds: Whole | None = None,
    orders: Whole = 10,
    seed: Annotated[
        int | None, Parameter(converter=whole_number, validator=Number(gte=0), metavar="NUMBER")
    ] = None,
    jobs: Whole | None = None,
    options: Injected,
) -> ExitCode:
    """Run the shop in memory, under bad luck, and see whether it keeps its word.

    Each world is a shop with a few orders, of which messages come twice, late, and
    in any order, workers die at any call, answers are lost, consumers are out for
    hours or days, and customers cancel whenever they like. docs/proof.md says what
    must hold all the while; what does not is told as the shortest story there is.

    The same seed is the same world on any machine. The exit code is 5 if anything
    was found.

    Args:
        seeds: How many worlds; 300 unless told, and one if it is told which.
        orders: How many orders in each.
        seed: The first world's; 0 unless told.
        jobs: How many processes share the work; one a core unless told.
        options: What was said to all commands.
    """
    from ops.actions.simulate import simulate as run

    number = seeds or (300 if seed is None else 1)
    return run(
        options,
        seeds=number,
        orders=orders,
        first=seed or 0,
        jobs=jobs or os.process_cpu_count() or 1,
    )
