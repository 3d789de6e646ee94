"""The real clock."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time now in UTC, to the millisecond: what an event can carry."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
