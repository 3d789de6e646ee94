"""Sizes of the functions' logs in bytes: log records, and the metrics of an invocation."""

from typing import Any

import msgspec

from ops.costs.usage import Usage

RECORD = 94
"""Bytes that the logger adds to a line: level, time, service, and the outcome again as message."""

METRICS = 132
METRIC = 56
"""Bytes of the line with an invocation's metrics (EMF), and of each metric in it."""

PLATFORM = 400
"""Bytes that Lambda itself writes for an invocation: START, END and REPORT."""


class MeasuringObserver:
    """An observer that writes nothing and counts the bytes that the real one would write."""

    def __init__(self, service: str, usage: Usage) -> None:
        self._service = service
        self._usage = usage
        self._names: set[str] = set()

    def record(self, outcome: str, **fields: Any) -> None:
        """Count the bytes of a line."""
        usual = {name: _usual(value) for name, value in fields.items()}
        line = msgspec.json.encode({"outcome": outcome, **usual})
        self._usage.lines[self._service] += len(line) + RECORD
        self.count(outcome.title())

    def count(self, metric: str, value: float = 1, *, millis: bool = False) -> None:
        """Count a metric."""
        self._names.add(metric)
        self._usage.metrics.add((self._service, metric))

    def flush(self) -> None:
        """Count the bytes of the line with the metrics."""
        if self._names:
            self._usage.lines[self._service] += METRICS + METRIC * len(self._names)
            self._names.clear()


def _usual(value: Any) -> Any:
    """Return numbers with a fixed length, so that each run counts the same bytes."""
    return 100 if isinstance(value, int | float) else value
