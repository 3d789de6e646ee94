"""Feed of the live view: log records become lines, each fact once."""

from collections.abc import Iterable, Iterator

from ops.logs.filter import Filter
from ops.logs.line import LogLine, lines
from ops.logs.record import LogRecord

REMEMBERED = 50_000
"""Facts that are kept as shown."""

REFUSALS = frozenset({"refused"})
"""Outcomes with a failure mark that are no failure of the system: an impossible request."""


class Feed:
    """Turns records into lines and counts orders, facts and failures; a refusal is no failure."""

    def __init__(self, only: Filter) -> None:
        self.orders = self.facts = self.failures = 0
        self._only = only
        self._shown: dict[str, None] = {}

    def lines(self, records: Iterable[LogRecord]) -> Iterator[LogLine]:
        """Yield the lines to show.

        A fact is logged by its service and by the relay that published it; only the first is shown,
        unless the filter names outcomes.
        """
        for record in records:
            for line in lines(record):
                known = line.slot is not None and self._known(line)
                self.failures += line.mark == "x" and line.outcome not in REFUSALS
                if (self._only.outcomes or not known) and self._only.admits(line):
                    yield line

    def _known(self, line: LogLine) -> bool:
        if line.event in self._shown:
            return True
        self._shown[str(line.event)] = None
        if len(self._shown) > REMEMBERED:
            del self._shown[next(iter(self._shown))]
        self.facts += 1
        self.orders += line.slot == "placed"
        return False
