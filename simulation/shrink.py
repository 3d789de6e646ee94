"""Shrinking: the fewest orders and faults that still break the same invariant."""

from collections.abc import Callable, Iterator, Sequence

from simulation.campaign import ROWS, Rows, Run, is_blocked, run
from simulation.scenario import Scenario

TRIES = 600
"""Worlds to run at most in search of smaller ones; a world shrinks to a few orders at once."""

TRIES_IF_BLOCKED = 3
"""Worlds to run at most if each takes seconds, since a reaction blocks."""


def shrink(found: Run, rows: Rows = ROWS) -> Run:
    """Return a run with the same violation, of which no single order or fault can be left out."""
    tries_left = [TRIES_IF_BLOCKED if is_blocked(found) else TRIES]
    smaller = _leave_out_most(
        found, tries_left, rows, lambda one: [f"{n}" for n in one.scenario.present], _no_orders
    )
    smaller = _leave_out_most(
        smaller, tries_left, rows, lambda one: sorted(one.world.scheduler.injected), _no_faults
    )
    return _leave_out_most(  # again: some orders were needed only for the faults
        smaller, tries_left, rows, lambda one: [f"{n}" for n in one.scenario.present], _no_orders
    )


def _no_orders(scenario: Scenario, orders: Sequence[str]) -> Scenario:
    return scenario.without_orders(frozenset(int(order) for order in orders))


def _no_faults(scenario: Scenario, faults: Sequence[str]) -> Scenario:
    return scenario.without_faults(frozenset(faults))


def _leave_out_most(
    best: Run,
    tries_left: list[int],
    rows: Rows,
    parts: Callable[[Run], list[str]],
    without: Callable[[Scenario, Sequence[str]], Scenario],
) -> Run:
    """Leave out as many parts as possible: first halves, then smaller chunks, then single ones."""
    size = len(parts(best)) // 2 or 1
    while tries_left[0] > 0:
        smaller = _first_smaller(best, _chunks(parts(best), size), tries_left, rows, without)
        if smaller is not None:
            best = smaller
            size = min(size, len(parts(best)) // 2 or 1)
        elif size == 1:
            break
        else:
            size //= 2
    return best


def _first_smaller(
    best: Run,
    chunks: Iterator[list[str]],
    tries_left: list[int],
    rows: Rows,
    without: Callable[[Scenario, Sequence[str]], Scenario],
) -> Run | None:
    """Return the first run with the same violation that lacks one of these chunks."""
    for chunk in chunks:
        if tries_left[0] <= 0:
            return None
        tries_left[0] -= 1
        tried = run(without(best.scenario, chunk), rows)
        if _same(tried, best):
            return tried
    return None


def _same(one: Run, other: Run) -> bool:
    return (one.violation and one.violation.name) == (other.violation and other.violation.name)


def _chunks(parts: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(parts), size):
        yield parts[start : start + size]
