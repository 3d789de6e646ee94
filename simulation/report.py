"""A report of a shrunk world: its faults, and the log of the order whose invariant broke."""

from collections.abc import Iterator

from events.envelope import millis
from simulation.campaign import Run
from simulation.clock import BEGIN, format_time

FAULTS = 40
"""Faults to print, the last ones."""


def report(run: Run) -> Iterator[str]:
    """Yield the lines of a run: its faults, and the log of the order that the violation names."""
    scheduler, violation = run.world.scheduler, run.violation
    faults = sorted(
        [*scheduler.injected.values(), *scheduler.consequences], key=lambda fault: fault.at
    )
    orders = len(run.scenario.present)
    yield f"  {orders} order{'' if orders == 1 else 's'} and {len(faults)} faults suffice:"
    for fault in faults[-FAULTS:]:
        yield f"    {fault}"
    if violation is None:
        return
    for order in sorted(run.world.shop.log.orders()):
        if order not in str(violation):
            continue
        yield f"  The log of {order}:"
        for event in run.world.shop.log.read(order):
            at = millis(event.time) - millis(BEGIN)
            yield f"    {format_time(at)}  {event.source}: {event.slot} is {event.type}"
        for line in run.world.describe(order):
            yield f"  {line}"
    yield f"  Then it did not hold: {violation}"


def replay_command(run: Run) -> str:
    """Return the command that replays the world of a run."""
    return f"fanfare simulate --seed {run.scenario.seed} --orders {run.scenario.orders}"
