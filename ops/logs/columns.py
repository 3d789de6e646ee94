"""The live view's columns: the same order in the same place, and time since it was placed."""

from datetime import datetime

from rich.text import Text

from ops.cli.formats import elapsed
from ops.logs.line import Line

SHORT = 4
"""Characters of an order's id that usually tell it from the others on the screen."""

REMEMBERED = 5000
"""Orders whose placing is remembered."""

_STYLES = {"=": "dim", "-": "dim", "x": "red"}
_TYPE_STYLES = {
    "OrderPlaced": "bold",
    "OrderCancelled": "yellow",
    "DispatchScheduled": "green",
}


class Sheet:
    """Lays lines out, and knows of the orders that it has shown."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        self._placed: dict[str, datetime] = {}
        self._prefixes: dict[str, set[str]] = {}

    def since(self, line: Line) -> float | None:
        """Return the milliseconds since the line's order was placed, if that was seen."""
        placed = self._placed.get(line.order or "")
        return None if placed is None else (line.time - placed).total_seconds() * 1000

    def lay(self, line: Line) -> Text:
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
        text.append(f"{line.what:<19}", style)
        text.append(f"{line.service:<10}{plus:>9}  ")
        text.append(line.slot or line.detail, style if line.mark == "x" else "dim")
        text.rstrip()
        return text

    def short(self, order: str | None) -> str:
        """Return the first characters of an order's id: as many as tell it from those shown."""
        if order is None:
            return ""
        alike = self._prefixes.setdefault(order[:SHORT], set())
        alike.add(order)
        length = SHORT
        while sum(other.startswith(order[:length]) for other in alike) > 1:
            length += 1
        return order[:length]

    def _remember(self, order: str, placed: datetime) -> None:
        self._placed[order] = placed
        if len(self._placed) > REMEMBERED:
            gone = next(iter(self._placed))
            del self._placed[gone]
            self._prefixes.get(gone[:SHORT], set()).discard(gone)
