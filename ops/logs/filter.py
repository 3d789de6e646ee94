"""Filter for lines of the live view."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from events.codec import CONTRACTS
from functions.framework.outcomes import Outcome, outcome_of
from functions.map import SERVICES
from ops.cli.errors import CommandError, ExitCode
from ops.logs.line import LogLine
from ops.stage.consumers import known_consumers

CORRELATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,127}")
"""The form of an id; other text would not be a term of a filter pattern."""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Selects lines by service, type, outcome, prefix of the order's id, and correlation id.

    An empty field selects all.
    """

    services: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    order: str = ""
    correlation: str = ""

    @classmethod
    def of(
        cls,
        services: Iterable[str] | None = None,
        types: Iterable[str] | None = None,
        outcomes: Iterable[str] | None = None,
        order: str | None = None,
        correlation: str | None = None,
    ) -> "Filter":
        """Return a filter for names from the command line.

        Raises:
            CommandError: a name is unknown; the message lists the known ones. Or the correlation id
                cannot be one.
        """
        if correlation and not CORRELATION.fullmatch(correlation):
            raise CommandError(
                f"{correlation!r} is not a correlation id: `fanfare order ID --events` shows it as"
                " `correlationid`.",
                ExitCode.USAGE,
            )
        return cls(
            services=_known("consumer", services, _services()),
            types=_known("type", types, CONTRACTS),
            outcomes=_known("outcome", outcomes, _words()),
            order=(order or "").upper(),
            correlation=correlation or "",
        )

    def admits(self, line: LogLine) -> bool:
        """Return whether to show a line; one of no interest only by its outcome or its service."""
        return (
            (not self.services or line.service in self.services)
            and (not self.types or line.type in self.types)
            and (line.order or "").startswith(self.order)
            and self.correlation in ("", line.correlation)
            and self._of_interest(line)
        )

    def _of_interest(self, line: LogLine) -> bool:
        if self.outcomes:
            return bool(self.outcomes & {line.outcome, line.label})
        known = outcome_of(line.outcome)
        return bool(line.slot or self.services) or known is None or known.shown


def _services() -> list[str]:
    """Return the names of the map's services and of the known consumers, each once."""
    return list(dict.fromkeys(each.name for each in (*SERVICES, *known_consumers())))


def _words() -> list[str]:
    """Return the words of outcomes, in log lines and on the screen, each once."""
    return list(dict.fromkeys(word for each in Outcome for word in (each.value, each.label)))


def _known(kind: str, given: Iterable[str] | None, names: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(given or ())
    for name in sorted(wanted - frozenset(names)):
        raise CommandError(
            f"There is no {kind} {name!r}; there are {', '.join(names)}.", ExitCode.USAGE
        )
    return wanted
