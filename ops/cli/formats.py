"""Text formats of times, durations and numbers."""

import re
from datetime import UTC, date, datetime, time, timedelta
from textwrap import fill

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_DECADE = timedelta(days=3_650)


def parse_duration(text: str) -> timedelta:
    """Parse a duration such as `90s`, `10m`, `2h` or `1d`.

    Raises:
        ValueError: the text is not a duration; the message shows the format.
    """
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise ValueError(f"{text!r} is not a duration: write it as 90s, 10m, 2h or 1d.")
    seconds = float(written[1]) * _UNITS[written[2]]
    if seconds > _DECADE.total_seconds():
        raise ValueError(f"{text!r} is more than ten years: use less.")
    return timedelta(seconds=seconds)


def elapsed(millis: float) -> str:
    """Return milliseconds in a readable unit: `111 ms`, `30.2 s`, `12 min`."""
    seconds = millis / 1000
    if seconds < 10:
        return f"{millis:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"


def parse_time(text: str, now: datetime) -> datetime:
    """Parse a time in RFC 3339, a date (midnight UTC), or a duration before `now` such as `2h`.

    Raises:
        ValueError: the text is none of them; the message shows the formats.
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
        raise ValueError(f"{text!r} is not a time: {error}.") from error
    raise ValueError(
        f"{text!r} is not a time: write it with a zone as 2026-11-23T09:00:00Z, as a date such as"
        " 2026-11-23, or as a duration before now such as 2h."
    )


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural if needed: `1 event`, `1,204 events`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def counted_line(number: int, text: str) -> str:
    """Return a number in a column of its own and its text, wrapped at 80 columns."""
    return fill(f"{number:>11,}  {text}", 80, subsequent_indent=" " * 15)
