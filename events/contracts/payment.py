"""Contracts of payment: a payment was prepared, captured, declined, voided or refunded."""

from typing import ClassVar

from events.envelope import Fact
from events.money import Money

ATTEMPT = "payment/attempt"
CHARGE = "payment/charge"
REFUND = "payment/refund"


class _PaymentFact(Fact, frozen=True, kw_only=True):
    sources: ClassVar[tuple[str, ...]] = ("payment",)


class PaymentPrepared(_PaymentFact, frozen=True, kw_only=True):
    """The gateway created the payment `reference`; no money has moved yet.

    Money of this order moves through this reference only.
    """

    slots: ClassVar[tuple[str, ...]] = (ATTEMPT,)

    reference: str


class PaymentCaptured(_PaymentFact, frozen=True, kw_only=True):
    """The gateway charged the customer `amount`, in minor units, through `reference`."""

    slots: ClassVar[tuple[str, ...]] = (CHARGE,)

    reference: str
    amount: Money


class PaymentDeclined(_PaymentFact, frozen=True, kw_only=True):
    """The gateway declined to charge the customer; `reason` is the gateway's code."""

    slots: ClassVar[tuple[str, ...]] = (CHARGE,)

    reference: str
    reason: str


class PaymentVoided(_PaymentFact, frozen=True, kw_only=True):
    """The payment was voided: nothing was charged and nothing will be.

    In slot `payment/attempt` the order was cancelled before a payment was prepared, and `reference`
    is null. In slot `payment/charge` the gateway cancelled `reference` before it was charged.
    """

    slots: ClassVar[tuple[str, ...]] = (ATTEMPT, CHARGE)

    reference: str | None = None


class PaymentRefunded(_PaymentFact, frozen=True, kw_only=True):
    """The charge was refunded: the gateway paid back `amount`, in minor units."""

    slots: ClassVar[tuple[str, ...]] = (REFUND,)

    reference: str
    amount: Money
