"""The system clock."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time in UTC, in whole milliseconds, as events have it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
