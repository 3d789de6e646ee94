"""Start times, failures and outcomes of one order's events, from the functions' log lines."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from functions.framework.outcomes import Outcome, outcome_of
from functions.runtime import backoff
from ops.logs.record import LogRecord


class Attempts:
    """The attempts to handle an order's events; `records` are sorted by time."""

    def __init__(self, records: Iterable[LogRecord] = ()) -> None:
        self._began: dict[str, datetime] = {}
        self._failed: dict[tuple[str, str | None], LogRecord] = {}
        self._words: defaultdict[tuple[str, str | None], list[str]] = defaultdict(list)
        for record in records:
            for fact in record.stated:
                self._began[fact] = record.time - timedelta(milliseconds=record.millis or 0)
            if record.outcome == Outcome.RETRY:
                self._failed[record.service, record.event] = record
            words, word = self._words[record.service, record.event], _word(record)
            if not words or words[-1] != word:
                words.append(word)

    def __bool__(self) -> bool:
        """Return whether there is any log line."""
        return bool(self._words)

    def began(self, fact: str) -> datetime | None:
        """Return the start of the attempt that stated a fact."""
        return self._began.get(fact)

    def failed(self, consumer: str, event: str) -> LogRecord | None:
        """Return a consumer's last failed attempt to handle an event."""
        return self._failed.get((consumer, event))

    def outcome(self, consumer: str, event: str) -> str | None:
        """Return the last outcomes of an event at a consumer, such as `noted, then duplicate`."""
        words = self._words.get((consumer, event))
        if words is None:
            return None
        failed = self.failed(consumer, event)
        if failed and words[-1] == Outcome.RETRY:
            return retry(failed)
        return ", then ".join(words[-2:])


def retry(failed: LogRecord) -> str:
    """Return a failed attempt as text: its number, and the error."""
    return f"retry {failed.receives} of {backoff.receives_to_ride_out()}, {failed.failed}"


def _word(record: LogRecord) -> str:
    known = outcome_of(record.outcome)
    if known is None:
        return record.outcome
    return known.text if known is Outcome.NOTHING else known.label
