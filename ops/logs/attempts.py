"""Start times and failed attempts of one order's events, from the functions' log lines."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ops.logs.record import LogRecord


class Attempts:
    """The attempts to handle an order's events; `records` are sorted by time."""

    def __init__(self, records: Iterable[LogRecord] = ()) -> None:
        self._began: dict[str, datetime] = {}
        self._failed: dict[tuple[str, str | None], LogRecord] = {}
        for record in records:
            for fact in record.stated:
                self._began[fact] = record.time - timedelta(milliseconds=record.millis or 0)
            if record.outcome == "retry":
                self._failed[record.service, record.event] = record

    def began(self, fact: str) -> datetime | None:
        """Return the start of the attempt that stated a fact."""
        return self._began.get(fact)

    def failed(self, consumer: str, event: str) -> LogRecord | None:
        """Return a consumer's last failed attempt to handle an event."""
        return self._failed.get((consumer, event))
