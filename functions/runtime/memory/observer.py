"""An observer in memory: log lines and metrics as lists."""

from typing import Any, override

from functions.runtime.handlers.observer import Observer


class MemoryObserver(Observer):
    """Keeps every line and every count; `flushed` is how often metrics were written."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.counts: list[tuple[str, float]] = []
        self.flushed = 0

    @override
    def record(self, outcome: str, **fields: Any) -> None:
        self.lines.append({"outcome": outcome, **fields})

    @override
    def count(self, metric: str, value: float = 1, *, millis: bool = False) -> None:
        self.counts.append((metric, value))

    @override
    def flush(self) -> None:
        self.flushed += 1

    @property
    def outcomes(self) -> list[str]:
        """The outcome of each record, in order."""
        return [line["outcome"] for line in self.lines]

    @property
    def failures(self) -> list[str]:
        """Each failed message: its consumer, its type, and the error with its place."""
        return [
            f"{line.get('consumer')}, {line.get('type')}: {line['outcome']}, {line['error']} at"
            f" {line.get('at')}{': ' if line.get('detail') else ''}{line.get('detail') or ''}"
            for line in self.lines
            if "error" in line and "event" in line
        ]

    def of(self, consumer: str) -> list[str]:
        """Return the outcome of each record of a consumer, in order."""
        return [line["outcome"] for line in self.lines if line.get("consumer") == consumer]
