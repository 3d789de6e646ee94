"""Gateway port: money moves only through a recorded reference."""

from dataclasses import dataclass
from typing import Protocol

from events.money import Money


class GatewayUnavailable(Exception):
    """The gateway gave no answer in time; it may or may not have acted. Try again."""


@dataclass(frozen=True, kw_only=True)
class Captured:
    """The customer was charged."""

    amount: Money


@dataclass(frozen=True, kw_only=True)
class Declined:
    """The gateway refuses to charge; `reason` is the gateway's code."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """The reference was cancelled before it was charged."""


type Confirmation = Captured | Declined | Cancelled


class Gateway(Protocol):
    """A payment provider. Every call may raise `GatewayUnavailable`."""

    def prepare(self, order: str, amount: Money, token: str) -> str:
        """Return a new reference for a charge; moves no money and may be repeated."""
        ...

    def confirm(self, reference: str) -> Confirmation:
        """Charge a reference; idempotent: every call returns the same answer."""
        ...

    def cancel(self, reference: str) -> Money | None:
        """Make a reference's net charge zero for ever; return the refunded amount, if any.

        Final: a later confirm is refused. Idempotent: every call returns the same answer.
        """
        ...
