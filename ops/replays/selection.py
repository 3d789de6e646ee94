"""Which events are to be sent again, and to whom: what was typed, checked."""

import math
from dataclasses import dataclass
from datetime import datetime

from events.codec import CONTRACTS
from functions.runtime.operating.ports import Selection
from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import parse_time
from ops.replays.target import Target

RATE = 50.0
"""Events a second, unless told otherwise."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was typed: times, types and orders as text, and events a second."""

    since: str | None = None
    until: str | None = None
    types: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    rate: float | None = None

    def selection(self, target: Target, now: datetime) -> Selection:
        """Return the selection that is meant, its end fixed; orders are as they were typed.

        Raises:
            CommandError: a time is none, the range is impossible, or no such type goes there.
        """
        since = _moment("--since", self.since, now) if self.since else None
        until = _moment("--until", self.until, now) if self.until else now
        if until > now:
            raise _misused(f"--until {self.until} is in the future: what is yet to come is no past")
        if since and since >= until:
            raise _misused(
                f"--since {self.since} is not before --until {self.until or 'now'}: no event can"
                " be in that range"
            )
        return Selection(
            since=since, until=until, types=_taken(self.types, target), orders=self.orders
        )

    def pace(self) -> float:
        """Return the rate.

        Raises:
            CommandError: at that rate nothing would ever be sent, or it is no number.
        """
        rate = RATE if self.rate is None else self.rate
        if not (rate > 0 and math.isfinite(rate)):
            raise _misused(f"--rate {rate:g} would send nothing: give events a second, above zero")
        return rate


def _taken(types: tuple[str, ...], target: Target) -> tuple[str, ...]:
    for name in types:
        if name not in CONTRACTS:
            raise _misused(f"There is no type {name!r}; {target.takes}")
        if name not in target.types:
            raise _misused(f"{target.consumer} does not hear {name}; {target.takes}")
    return tuple(sorted(set(types))) or target.unless_told


def _moment(option: str, text: str, now: datetime) -> datetime:
    try:
        return parse_time(text, now)
    except ValueError as error:
        raise CommandError(f"{option}: {error}", ExitCode.USAGE) from error


def _misused(message: str) -> CommandError:
    return CommandError(f"{message}.", ExitCode.USAGE)
