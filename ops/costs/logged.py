"""The functions' log lines, weighed: the bytes of a record, and of an invocation's metrics."""

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


class Weighed:
    """An observer that writes nothing, and counts what the real one would have written."""

    def __init__(self, service: str, usage: Usage) -> None:
        """Take whose lines they are, and where to count."""
        self._service = service
        self._usage = usage
        self._names: set[str] = set()

    def record(self, outcome: str, **fields: Any) -> None:
        """Weigh a line."""
        told = {name: _usual(value) for name, value in fields.items()}
        line = msgspec.json.encode({"outcome": outcome, **told})
        self._usage.lines[self._service] += len(line) + RECORD
        self.count(outcome.title())

    def count(self, metric: str, value: float = 1, *, millis: bool = False) -> None:
        """Note a metric."""
        self._names.add(metric)
        self._usage.metrics.add((self._service, metric))

    def flush(self) -> None:
        """Weigh the line with the metrics."""
        if self._names:
            self._usage.lines[self._service] += METRICS + METRIC * len(self._names)
            self._names.clear()


def _usual(value: Any) -> Any:
    """Return a number as long as it usually is, so that a line weighs the same however it went."""
    return 100 if isinstance(value, int | float) else value
