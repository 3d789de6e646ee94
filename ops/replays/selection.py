"""Selection of events from the command line's options, checked against the target."""

import math
from dataclasses import dataclass
from datetime import datetime

from events.codec import CONTRACTS
from functions.runtime.operating.ports import Selection
from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import parse_time
from ops.replays.target import Target

RATE = 50.0
"""Events a second by default."""


@dataclass(frozen=True, kw_only=True)
class SelectionOptions:
    """Options as typed: times, types and orders as text, and events a second."""

    since: str | None = None
    until: str | None = None
    types: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    rate: float | None = None

    def selection(self, target: Target, now: datetime) -> Selection:
        """Return the selection, with a fixed end; orders are as they were typed.

        Raises:
            CommandError: a time is invalid, the range is empty, or the target takes no such type.
        """
        since = _time("--since", self.since, now) if self.since else None
        until = _time("--until", self.until, now) if self.until else now
        if until > now:
            raise _usage_error(f"--until {self.until} is in the future")
        if since and since >= until:
            raise _usage_error(
                f"--since {self.since} is not before --until {self.until or 'now'}: the range"
                " is empty"
            )
        return Selection(
            since=since, until=until, types=_types(self.types, target), orders=self.orders
        )

    def pace(self) -> float:
        """Return the rate.

        Raises:
            CommandError: the rate is not a number above zero.
        """
        rate = RATE if self.rate is None else self.rate
        if not (rate > 0 and math.isfinite(rate)):
            raise _usage_error(
                f"--rate {rate:g} would send nothing: give events a second, above zero"
            )
        return rate


def _types(types: tuple[str, ...], target: Target) -> tuple[str, ...]:
    for name in types:
        if name not in CONTRACTS:
            raise _usage_error(f"There is no type {name!r}; {target.types_text}")
        if name not in target.types:
            raise _usage_error(
                f"{target.consumer} does not subscribe to {name}; {target.types_text}"
            )
    return tuple(sorted(set(types))) or target.default_types


def _time(option: str, text: str, now: datetime) -> datetime:
    try:
        return parse_time(text, now)
    except ValueError as error:
        raise CommandError(f"{option}: {error}", ExitCode.USAGE) from error


def _usage_error(message: str) -> CommandError:
    return CommandError(f"{message}.", ExitCode.USAGE)
