"""Spans of time, as people write and read them."""

import re
from datetime import timedelta

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)([smhd])")


def duration(text: str) -> timedelta:
    """Return the span that is written as `90s`, `10m`, `2h` or `1d`.

    Raises:
        ValueError: it is none; the message says how to write one.
    """
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise ValueError(f"{text!r} is no span of time: write it as 90s, 10m, 2h or 1d.")
    return timedelta(seconds=float(written[1]) * _UNITS[written[2]])


def took(millis: float) -> str:
    """Return a span of milliseconds in the unit that suits it: `111 ms`, `30.2 s`, `12 min`."""
    seconds = millis / 1000
    if seconds < 10:
        return f"{millis:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"
