"""Shrinking: the fewest orders and faults that still break the same invariant."""

from collections.abc import Callable, Iterator, Sequence

from simulation.campaign import ROWS, Rows, Run, run
from simulation.scenario import Scenario

TRIES = 600
"""Worlds that are run to find smaller ones, at most; a world shrinks to a few orders at once."""


def shrink(found: Run, rows: Rows = ROWS) -> Run:
    """Return a run that is wrong in the same way, of which no single part can be left out."""
    left = [TRIES]
    smaller = _less(
        found, left, rows, lambda one: [f"{n}" for n in one.scenario.present], _no_orders
    )
    return _less(smaller, left, rows, lambda one: sorted(one.world.engine.fired), _no_faults)


def _no_orders(scenario: Scenario, orders: Sequence[str]) -> Scenario:
    return scenario.leaving_out(frozenset(int(order) for order in orders))


def _no_faults(scenario: Scenario, faults: Sequence[str]) -> Scenario:
    return scenario.sparing(frozenset(faults))


def _less(
    best: Run,
    left: list[int],
    rows: Rows,
    parts: Callable[[Run], list[str]],
    without: Callable[[Scenario, Sequence[str]], Scenario],
) -> Run:
    """Leave out as many parts as can be: first halves, then less and less, then each alone."""
    size = len(parts(best)) // 2 or 1
    while left[0] > 0:
        smaller = _first(best, _chunks(parts(best), size), left, rows, without)
        if smaller is not None:
            best = smaller
            size = min(size, len(parts(best)) // 2 or 1)
        elif size == 1:
            break
        else:
            size //= 2
    return best


def _first(
    best: Run,
    chunks: Iterator[list[str]],
    left: list[int],
    rows: Rows,
    without: Callable[[Scenario, Sequence[str]], Scenario],
) -> Run | None:
    """Return the first run that is still wrong in the same way without one of these chunks."""
    for chunk in chunks:
        if left[0] <= 0:
            return None
        left[0] -= 1
        tried = run(without(best.scenario, chunk), rows)
        if _same(tried, best):
            return tried
    return None


def _same(one: Run, other: Run) -> bool:
    return (one.violation and one.violation.name) == (other.violation and other.violation.name)


def _chunks(parts: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(parts), size):
        yield parts[start : start + size]
