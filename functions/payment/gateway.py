"""The gateway port: money moves only through a recorded reference."""

from dataclasses import dataclass
from typing import Protocol

from events.money import Money


class GatewayUnavailable(Exception):
    """The gateway did not answer, or not in time; whether it acted is not known. Try again."""


@dataclass(frozen=True, kw_only=True)
class Captured:
    """The customer was charged."""

    amount: Money


@dataclass(frozen=True, kw_only=True)
class Declined:
    """The gateway refuses to charge; `reason` is its word for it."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """The reference was cancelled before it was charged."""


type Confirmation = Captured | Declined | Cancelled


class Gateway(Protocol):
    """What payment asks of a payment provider. Every call may raise `GatewayUnavailable`."""

    def prepare(self, order: str, amount: Money, token: str) -> str:
        """Return a new reference for a charge; harmless, and may be repeated."""
        ...

    def confirm(self, reference: str) -> Confirmation:
        """Charge a reference; the answer is the same for ever."""
        ...

    def cancel(self, reference: str) -> Money | None:
        """Make a reference's net charge zero for ever; return what was given back, if anything.

        Final: a later confirm is refused. Repeated, it gives the same answer.
        """
        ...
