"""A story: what happened in a small world until an invariant did not hold, in plain words."""

from collections.abc import Iterator

from events.envelope import millis
from simulation.campaign import Run
from simulation.clock import BEGIN, told

FAULTS = 40
"""Faults that are told, the last ones."""


def report(run: Run) -> Iterator[str]:
    """Yield the lines of a run: its faults, and what the log has of the order in question."""
    engine, violation = run.world.engine, run.violation
    faults = sorted([*engine.fired.values(), *engine.noted], key=lambda fired: fired.at)
    orders = len(run.scenario.present)
    yield f"  {orders} order{'' if orders == 1 else 's'} and {len(faults)} faults suffice:"
    for fired in faults[-FAULTS:]:
        yield f"    {fired}"
    if violation is None:
        return
    for order in sorted(run.world.shop.log.streams):
        if order not in str(violation):
            continue
        yield f"  The log of {order}:"
        for event in run.world.shop.log.read(order):
            at = millis(event.time) - millis(BEGIN)
            yield f"    {told(at)}  {event.source}: {event.slot} is {event.type}"
        for reference, life in run.world.shop.states(order).items():
            yield f"  At the gateway {reference} was {', then '.join(life)}."
    yield f"  Then it did not hold: {violation}"


def replay_command(run: Run) -> str:
    """Return the command that replays the world of a run."""
    return f"fanfare simulate --seed {run.scenario.seed} --orders {run.scenario.orders}"
