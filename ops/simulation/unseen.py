"""An observer that looks the other way, and the queue for what cannot be published: never used."""

from typing import Any

from ops.simulation.violation import Violation

UNREADABLE = ("undecodable", "unpublishable")


class Unseen:
    """Takes what functions tell of themselves; nobody reads it, but for what is never to be."""

    def record(self, outcome: str, **fields: Any) -> None:
        """Note one record."""
        if outcome in UNREADABLE:
            raise Violation(every_event_is_readable, str(fields))

    def count(self, metric: str, value: float = 1, *, millis: bool = False) -> None:
        """Add to a metric."""

    def flush(self) -> None:
        """Write the metrics."""

    def put(self, body: str) -> None:
        """Keep a note of what cannot be published."""
        raise Violation(every_event_is_readable, body)


def every_event_is_readable() -> None:
    """What is in the log can be published, and what was published read by whoever hears it."""
