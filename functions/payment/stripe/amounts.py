"""Amounts as Stripe counts them, which is in ISO 4217's minor units but for three currencies."""

from events.money import Money

_HUNDREDTHS = ("ISK", "UGX")
"""Currencies without minor units of which Stripe wants hundredths (docs.stripe.com/currencies)."""

_WHOLE = ("MGA",)
"""Currencies with minor units of which Stripe takes none."""


def to_stripe(money: Money) -> int | None:
    """Return an amount in Stripe's units; nothing for a currency that cannot be told exactly."""
    if money.currency in _WHOLE:
        return None
    return money.amount * (100 if money.currency in _HUNDREDTHS else 1)


def from_stripe(units: int, currency: str) -> Money:
    """Return an amount of Stripe's, whose currencies are in small letters."""
    currency = currency.upper()
    return Money(amount=units // (100 if currency in _HUNDREDTHS else 1), currency=currency)
