"""What the functions' log lines tell of one order: when work began, and what failed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ops.logs.record import Record


class Attempts:
    """The handlings of an order's events, as the functions wrote them down."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        """Take the records of one order, by time."""
        self._began: dict[str, datetime] = {}
        self._failed: dict[tuple[str, str | None], Record] = {}
        for record in records:
            for fact in record.stated:
                self._began[fact] = record.time - timedelta(milliseconds=record.millis or 0)
            if record.outcome == "retry":
                self._failed[record.service, record.event] = record

    def began(self, fact: str) -> datetime | None:
        """Return when the handling that stated a fact began."""
        return self._began.get(fact)

    def failed(self, consumer: str, event: str) -> Record | None:
        """Return a consumer's last failed try to handle an event."""
        return self._failed.get((consumer, event))
