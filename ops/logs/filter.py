"""Filter for lines of the live view."""

from collections.abc import Iterable
from dataclasses import dataclass

from events.codec import CONTRACTS
from functions.framework.outcomes import Outcome, outcome_of
from functions.map import SERVICES
from ops.cli.errors import CommandError, ExitCode
from ops.logs.line import LogLine


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Selects lines by service, type, outcome, and prefix of the order's id; empty selects all."""

    services: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    order: str = ""

    @classmethod
    def of(
        cls,
        services: Iterable[str] | None = None,
        types: Iterable[str] | None = None,
        outcomes: Iterable[str] | None = None,
        order: str | None = None,
    ) -> "Filter":
        """Return a filter for names from the command line.

        Raises:
            CommandError: a name is unknown; the message lists the known ones.
        """
        return cls(
            services=_known("consumer", services, [service.name for service in SERVICES]),
            types=_known("type", types, CONTRACTS),
            outcomes=_known("outcome", outcomes, list(Outcome)),
            order=(order or "").upper(),
        )

    def admits(self, line: LogLine) -> bool:
        """Return whether to show a line; one of no interest is shown only by its outcome."""
        return (
            (not self.services or line.service in self.services)
            and (not self.types or line.type in self.types)
            and (line.order or "").startswith(self.order)
            and self._of_interest(line)
        )

    def _of_interest(self, line: LogLine) -> bool:
        if self.outcomes:
            return line.outcome in self.outcomes
        known = outcome_of(line.outcome)
        return line.slot is not None or known is None or known.shown


def _known(kind: str, given: Iterable[str] | None, names: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(given or ())
    for name in sorted(wanted - frozenset(names)):
        raise CommandError(
            f"There is no {kind} {name!r}; there are {', '.join(names)}.", ExitCode.USAGE
        )
    return wanted
