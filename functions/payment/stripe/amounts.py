"""Amounts in Stripe's units: ISO 4217's minor units, except for three currencies."""

from events.money import Money

_HUNDREDTHS = ("ISK", "UGX")
"""Currencies without minor units that Stripe counts in hundredths (docs.stripe.com/currencies)."""

_WHOLE = ("MGA",)
"""Currencies whose minor units Stripe does not support."""


def to_stripe(money: Money) -> int | None:
    """Return an amount in Stripe's units, or None if Stripe cannot express it exactly."""
    if money.currency in _WHOLE:
        return None
    return money.amount * (100 if money.currency in _HUNDREDTHS else 1)


def from_stripe(units: int, currency: str) -> Money:
    """Return an amount from Stripe's units; Stripe writes currencies in lower case."""
    currency = currency.upper()
    return Money(amount=units // (100 if currency in _HUNDREDTHS else 1), currency=currency)
