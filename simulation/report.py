"""A report of a shrunk world: its faults, what the consumer did, and the log of the order."""

from collections.abc import Iterator

from events.envelope import millis
from simulation.campaign import Run
from simulation.clock import BEGIN, format_time

FAULTS = 40
"""Faults to print, the last ones."""

ACTIONS = 20
"""Actions of a consumer to print, the last ones."""


def report(run: Run) -> Iterator[str]:
    """Yield the lines of a run: its faults, and the story of the order that the violation names."""
    scheduler, violation = run.world.scheduler, run.violation
    faults = sorted(
        [*scheduler.injected.values(), *scheduler.consequences], key=lambda fault: fault.at
    )
    orders, number = len(run.scenario.present), len(faults)
    suffice = "suffices" if orders + number == 1 else "suffice"
    yield (
        f"  {orders} order{'' if orders == 1 else 's'} and"
        f" {number} fault{'' if number == 1 else 's'} {suffice}{':' if faults else '.'}"
    )
    for fault in faults[-FAULTS:]:
        yield f"    {fault}"
    if violation is None:
        return
    for order in sorted(run.world.shop.log.orders()):
        if order in str(violation):
            yield from _story(run, order)
    yield f"  Then it did not hold: {violation}"


def _story(run: Run, order: str) -> Iterator[str]:
    """Yield the log of an order, and what consumers did about it."""
    yield f"  The log of {order}:"
    for event in run.world.shop.log.read(order):
        at = millis(event.time) - millis(BEGIN)
        yield f"    {format_time(at)}  {event.source}: {event.slot} is {event.type}"
    about = run.violation.about if run.violation else ""
    for name, watch in sorted(run.world.lambdas.close.items()):
        told = name in run.scenario.aimed or about.startswith(name)
        actions = watch.actions.on(order) if told else []
        if actions:
            yield f"  What {name} did:"
        for action in actions[-ACTIONS:]:
            yield f"    {action}"
    for line in run.world.describe(order):
        yield f"  {line}"


def replay_command(run: Run) -> str:
    """Return the command that replays the world of a run."""
    scenario = run.scenario
    aimed = "".join(f" --consumer {name}" for name in sorted(scenario.aimed))
    return f"fanfare simulate{aimed} --seed {scenario.seed} --orders {scenario.orders}"
