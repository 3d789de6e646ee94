"""Columns of the live view, with the time since an order was placed."""

from datetime import datetime

from rich.text import Text

from events.codec import CONTRACTS
from functions.map import SERVICES
from ops.cli.formats import elapsed
from ops.logs.line import LogLine

SHORT = 4
"""Characters of an order's id that usually distinguish it on the screen."""

EVENT = max(map(len, CONTRACTS)) + 2
SERVICE = max(len(service.name) for service in SERVICES) + 1
"""Widths of columns: of the longest event type and of the longest name in the map."""

REMEMBERED = 5000
"""Orders of which the time of placing is kept."""

_STYLES = {"=": "dim", "-": "dim", "x": "red"}
_TYPE_STYLES = {
    "OrderPlaced": "bold",
    "OrderCancelled": "yellow",
    "DispatchScheduled": "green",
}


class Columns:
    """Formats lines in columns, and keeps the ids and times of the orders shown."""

    def __init__(self) -> None:
        self._placed: dict[str, datetime] = {}
        self._prefixes: dict[str, set[str]] = {}

    def since(self, line: LogLine) -> float | None:
        """Return the milliseconds since the line's order was placed, if that line was shown."""
        placed = self._placed.get(line.order or "")
        return None if placed is None else (line.time - placed).total_seconds() * 1000

    def format(self, line: LogLine) -> Text:
        """Return the line in its columns."""
        if line.slot and line.type == "OrderPlaced" and line.order:
            self._remember(line.order, line.time)
        since = self.since(line)
        plus = f"+{elapsed(max(0, since))}" if since else ""
        style = _STYLES.get(line.mark) or _TYPE_STYLES.get(line.what, "")
        text = Text()
        text.append(
            f"{line.time.astimezone():%H:%M:%S}.{line.time.microsecond // 1000:03}  ", "dim"
        )
        text.append(f"{self.short(line.order):<{SHORT}}  ", "cyan")
        text.append(f"{line.what}  ".ljust(EVENT), style)
        text.append(f"{line.service} ".ljust(SERVICE) + f"{plus:>9}  ")
        text.append(line.slot or line.detail, style if line.mark == "x" else "dim")
        text.rstrip()
        return text

    def short(self, order: str | None) -> str:
        """Return a prefix of an order's id that is unique among the orders shown."""
        if order is None:
            return ""
        similar = self._prefixes.setdefault(order[:SHORT], set())
        similar.add(order)
        length = SHORT
        while sum(other.startswith(order[:length]) for other in similar) > 1:
            length += 1
        return order[:length]

    def _remember(self, order: str, placed: datetime) -> None:
        self._placed[order] = placed
        if len(self._placed) > REMEMBERED:
            oldest = next(iter(self._placed))
            del self._placed[oldest]
            self._prefixes.get(oldest[:SHORT], set()).discard(oldest)
