"""`fanfare simulate`: the whole shop in memory, with injected faults."""

import os
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from ops.cli.app import Consumers, Injected, app, whole_number
from ops.cli.errors import ExitCode

Whole = Annotated[int, Parameter(converter=whole_number, validator=Number(gte=1), metavar="NUMBER")]


@app.command(sort_key=130)
def simulate(
    *,
    seeds: Whole | None = None,
    orders: Whole | None = None,
    seed: Annotated[
        int | None, Parameter(converter=whole_number, validator=Number(gte=0), metavar="NUMBER")
    ] = None,
    jobs: Whole | None = None,
    consumers: Consumers = None,
    options: Injected,
) -> ExitCode:
    """Run the shop in memory with injected faults, and check its invariants.

    Each world is a shop with a few orders. Messages are duplicated, delayed and
    reordered, workers crash at any call, responses are lost, consumers are down
    for hours or days, and customers cancel at any time. docs/proof.md lists the
    invariants; a violation is reported with the shortest scenario that shows it.

    With --consumer, bad luck is aimed at one consumer, or at several: its own calls
    fail far more often than others, its messages are repeated and lose their order,
    it is deployed midway and replayed. What must hold for any consumer is checked
    of it: docs/test-a-consumer.md.

    The same seed gives the same world on any machine. The exit code is 5 if a
    violation was found.

    Args:
        seeds: Number of worlds; the default is 300, 100 with --consumer, one with --seed.
        orders: Orders in each world; the default is 10, or 5 with --consumer.
        seed: Seed of the first world; the default is 0.
        jobs: Number of processes; the default is one for each core.
        consumers: Aim at this consumer; may be repeated.
        options: Options of all commands.
    """
    from ops.actions.simulate import simulate as run

    number = seeds or (1 if seed is not None else 100 if consumers else 300)
    return run(
        options,
        seeds=number,
        orders=orders or (5 if consumers else 10),
        first=seed or 0,
        aimed=consumers or (),
        jobs=jobs or os.process_cpu_count() or 1,
    )
