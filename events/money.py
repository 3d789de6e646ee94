"""Money: integer minor units and an ISO 4217 currency."""

from typing import Annotated

import msgspec

Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
"""An ISO 4217 code, such as `EUR`."""

MinorUnits = Annotated[int, msgspec.Meta(ge=0)]
"""An amount in the currency's smallest unit: 4900 is 49.00 EUR."""


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """An amount in minor units of one currency: 4900 EUR is 49.00 EUR; never a float."""

    amount: MinorUnits
    currency: Currency


_USUAL_DIGITS = 2
_OTHER_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DIGITS = {code: digits for digits, codes in _OTHER_DIGITS.items() for code in codes.split()}
"""Digits after the point where they are not two: ISO 4217, list one, "minor unit".

https://www.six-group.com/en/products-services/financial-information/data-standards.html
"""


def formatted(money: Money) -> str:
    """Return an amount as text for people: `1,234.50 EUR`, `1,234 JPY`."""
    digits = _DIGITS.get(money.currency, _USUAL_DIGITS)
    whole, part = divmod(money.amount, 10**digits)
    fraction = f".{part:0{digits}}" if digits else ""
    return f"{whole:,}{fraction} {money.currency}"
