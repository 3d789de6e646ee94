"""Times of the virtual clock, in milliseconds."""

from datetime import UTC, datetime

BEGIN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
"""All in milliseconds."""


def format_time(millis: int) -> str:
    """Return a time since the beginning in a readable form: `1 d 00:01:33.431`."""
    sign, rest = ("-", -millis) if millis < 0 else ("", millis)
    days, rest = divmod(rest, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    clock = f"{hours:02}:{minutes:02}:{rest // SECOND:02}.{rest % SECOND:03}"
    return f"{sign}{days} d {clock}" if days else f"{sign}{clock}"
