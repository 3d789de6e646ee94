"""Hybrid logical clock: a fixed-width string that sorts an event after its causes.

After Kulkarni et al., "Logical Physical Clocks" (2014): the greatest of this machine's clock and
all sequences that were read, with a counter for ties. It needs no coordination and no exact clock.
"""

from collections.abc import Iterable

MILLIS_DIGITS = 13  # enough until the year 2286
COUNTER_DIGITS = 4
PATTERN = rf"^[0-9]{{{MILLIS_DIGITS}}}\.[0-9]{{{COUNTER_DIGITS}}}\Z"


def after(now_ms: int, seen: Iterable[str] = ()) -> str:
    """Return the sequence of a fact that is stated at `now_ms` after reading the sequences `seen`.

    `now_ms` is Unix time in milliseconds. The result sorts after each of `seen`.
    """
    latest = max(seen, default="")
    now = _format(now_ms, 0)
    if now > latest:
        return now
    millis, counter = (int(part) for part in latest.split("."))
    carry, counter = divmod(counter + 1, 10**COUNTER_DIGITS)
    return _format(millis + carry, counter)


def _format(millis: int, counter: int) -> str:
    return f"{millis:0{MILLIS_DIGITS}d}.{counter:0{COUNTER_DIGITS}d}"
