"""Orders that cost nothing: their payment needs no provider, which would refuse to charge zero."""

from events.money import Money
from functions.payment.gateway import Captured, Confirmation, Gateway

FREE = "free:"
"""Prefix of a reference for nothing; the rest is the currency."""


class WithFreeOrders:
    """A gateway that answers for amounts of zero itself, and leaves all others to a provider.

    It keeps no state: nothing is captured and nothing is returned, however often it is called.
    """

    def __init__(self, provider: Gateway) -> None:
        self.provider = provider

    def prepare(self, order: str, amount: Money, token: str) -> str:
        """Return a reference; that of an amount of zero is known here only."""
        if amount.amount == 0:
            return FREE + amount.currency
        return self.provider.prepare(order, amount, token)

    def confirm(self, reference: str) -> Confirmation:
        """Charge the reference; zero is captured at once."""
        nothing = _nothing(reference)
        return self.provider.confirm(reference) if nothing is None else Captured(amount=nothing)

    def cancel(self, reference: str) -> Money | None:
        """Void or refund the reference; of zero, zero is returned."""
        nothing = _nothing(reference)
        return self.provider.cancel(reference) if nothing is None else nothing


def _nothing(reference: str) -> Money | None:
    if not reference.startswith(FREE):
        return None
    return Money(amount=0, currency=reference.removeprefix(FREE))
