"""Times, spans of time and numbers, as people write and read them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from textwrap import fill

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_DECADE = timedelta(days=3_650)


def parse_duration(text: str) -> timedelta:
    """Return the span that is written as `90s`, `10m`, `2h` or `1d`.

    Raises:
        ValueError: it is none; the message says how to write one.
    """
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise ValueError(f"{text!r} is no span of time: write it as 90s, 10m, 2h or 1d.")
    seconds = float(written[1]) * _UNITS[written[2]]
    if seconds > _DECADE.total_seconds():
        raise ValueError(f"{text!r} is further back than ten years: give less.")
    return timedelta(seconds=seconds)


def elapsed(millis: float) -> str:
    """Return a span of milliseconds in the unit that suits it: `111 ms`, `30.2 s`, `12 min`."""
    seconds = millis / 1000
    if seconds < 10:
        return f"{millis:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"


def parse_time(text: str, now: datetime) -> datetime:
    """Return the time that is written as RFC 3339, as a date (its beginning, UTC), or as a span.

    A span such as `2h` leads back from `now`.

    Raises:
        ValueError: it is none of them; the message says how to write one.
    """
    written = text.strip()
    if _WRITTEN.fullmatch(written):
        return now - parse_duration(written)
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
            return datetime.combine(date.fromisoformat(written), time(), UTC)
        if re.match(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}", written):
            found = datetime.fromisoformat(written.upper())
            if found.tzinfo is not None:
                return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no time: {error}.") from error
    raise ValueError(
        f"{text!r} is no time: write it with its zone as 2026-11-23T09:00:00Z, as a date such as"
        " 2026-11-23, or as a span back such as 2h."
    )


def counted(number: int, what: str) -> str:
    """Return a number and what there are so many of: `1 event`, `1,204 events`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def counted_line(number: int, what: str) -> str:
    """Return a number and, at its right, what was counted, in lines of 80 columns."""
    return fill(f"{number:>11,}  {what}", 80, subsequent_indent=" " * 15)
