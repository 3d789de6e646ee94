"""What payment states: a reference was prepared, and what became of it."""

from typing import ClassVar

from events.envelope import Fact
from events.money import Money

ATTEMPT = "payment/attempt"
CHARGE = "payment/charge"
REFUND = "payment/refund"


class _PaymentFact(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("payment",)


class PaymentPrepared(_PaymentFact, frozen=True, kw_only=True):
    """The gateway gave a reference; money moves through this one only, and has not moved yet."""

    slots: ClassVar[tuple[str, ...]] = (ATTEMPT,)

    reference: str


class PaymentCaptured(_PaymentFact, frozen=True, kw_only=True):
    """The customer was charged `amount`."""

    slots: ClassVar[tuple[str, ...]] = (CHARGE,)

    reference: str
    amount: Money


class PaymentDeclined(_PaymentFact, frozen=True, kw_only=True):
    """The gateway refused to charge; `reason` is its word for it."""

    slots: ClassVar[tuple[str, ...]] = (CHARGE,)

    reference: str
    reason: str


class PaymentVoided(_PaymentFact, frozen=True, kw_only=True):
    """Nothing was charged and nothing will be.

    In `payment/attempt` (no reference) the order was cancelled before a payment began; in
    `payment/charge` the gateway cancelled `reference` before it was charged.
    """

    slots: ClassVar[tuple[str, ...]] = (ATTEMPT, CHARGE)

    reference: str | None = None


class PaymentRefunded(_PaymentFact, frozen=True, kw_only=True):
    """What had been charged was given back."""

    slots: ClassVar[tuple[str, ...]] = (REFUND,)

    reference: str
    amount: Money
