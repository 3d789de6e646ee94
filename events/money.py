"""Money: integer minor units and an ISO 4217 currency."""

from typing import Annotated

import msgspec

Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
"""An ISO 4217 code, such as `EUR`."""

MinorUnits = Annotated[int, msgspec.Meta(ge=0)]
"""An amount in the currency's smallest unit: 4900 is 49.00 EUR."""


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """An amount of one currency; never a float."""

    amount: MinorUnits
    currency: Currency
