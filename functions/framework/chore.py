"""Scheduled work of a consumer, and what it reports."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from events.envelope import Event, Fact
from functions.framework.ports import Log, Resources

TICK = {"fanfare": "tick"}
"""The event that a schedule sends to a function; any other event is a batch of its queue."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """One result of a chore: the outcome for log line and metric, the order, the stated events."""

    outcome: str
    order: str | None = None
    stated: tuple[Event[Any], ...] = ()
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class Chore:
    """Scheduled work of a consumer, once `every` so many minutes.

    `run` gets the log and the consumer's resources and yields a report of each thing it did. It
    must be idempotent: it may run twice at the same time, or be killed at any line and run again.
    `reads` and `states` declare its access to the log.
    """

    every: int
    run: Callable[[Log, Resources], Iterable[Report]]
    reads: bool = False
    states: tuple[type[Fact], ...] = ()
