"""Checks of a naive consumer: its mistake is caught, and the story is short."""

from collections.abc import Iterator
from typing import Any

from functions.framework.service import Consumer
from functions.map import BUS, CONSUMERS
from simulation.campaign import Rows, Tally, campaign
from simulation.report import replay_command, report
from simulation.shrink import shrink

NAME = "examplenaive"
WORLDS = 20
ORDERS = 3
FAULTS = 4
"""Worlds and orders in which each mistake must show, and the faults that suffice."""


def rows_with(consumer: Consumer) -> Rows:
    return (*CONSUMERS, consumer), BUS


def found(consumer: Consumer, first: int = 0) -> Iterator[Any]:
    """Aim at a consumer, and yield the runs in which an invariant does not hold."""
    seeds, aimed = range(first, first + WORLDS), frozenset({NAME})
    return campaign(seeds, ORDERS, Tally(), aimed=aimed, rows=rows_with(consumer))


def assert_caught(consumer: Consumer, invariant: str, *, first: int = 0, orders: int = 1) -> str:
    """Check that a consumer breaks an invariant, with so many orders; return the story."""
    one = next(found(consumer, first))
    assert one.violation.name == invariant
    small = shrink(one, rows_with(consumer))

    assert len(small.scenario.present) <= orders
    assert len(small.world.scheduler.injected) <= FAULTS
    assert small.violation
    story = "\n".join(report(small))
    assert small.violation.sentence in story
    assert f"simulate --consumer {NAME} --seed" in replay_command(small)
    return story
