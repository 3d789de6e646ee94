"""From the functions' log lines to the lines that are shown: each fact once."""

from collections.abc import Iterable, Iterator

from ops.logs.filter import Filter
from ops.logs.line import Line, lines
from ops.logs.record import Record

REMEMBERED = 50_000
"""Facts of which it is remembered that they were shown."""

MISTAKES = frozenset({"refused"})
"""Outcomes that are wrong, and not with the system: a customer asked for what cannot be."""


class Feed:
    """Turns records into lines, and counts what goes by: a customer's mistake is no failure."""

    def __init__(self, only: Filter) -> None:
        """Take which lines are wanted."""
        self.orders = self.facts = self.failures = 0
        self._only = only
        self._shown: dict[str, None] = {}

    def lines(self, records: Iterable[Record]) -> Iterator[Line]:
        """Return what there is to show.

        A fact is told of by who stated it and by the relay that published it; the first is enough.
        Who asks for outcomes wants to see both.
        """
        for record in records:
            for line in lines(record):
                known = line.slot is not None and self._known(line)
                self.failures += line.mark == "x" and line.outcome not in MISTAKES
                if (self._only.outcomes or not known) and self._only.admits(line):
                    yield line

    def _known(self, line: Line) -> bool:
        if line.event in self._shown:
            return True
        self._shown[str(line.event)] = None
        if len(self._shown) > REMEMBERED:
            del self._shown[next(iter(self._shown))]
        self.facts += 1
        self.orders += line.slot == "placed"
        return False
