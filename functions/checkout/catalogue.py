"""Catalogue: the shop's products and prices, cached in memory for a minute.

People write its rows, so a row may be anything. One that cannot be sold is left out and reported.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec

from events.money import Currency, MinorUnits
from functions.checkout.request import Printable, Sku
from functions.framework.outcomes import Outcome
from functions.framework.ports import Record, Records, Resources

CATALOGUE = "catalogue"
MAX_AGE = 60
"""Seconds for which a copy is used before the table is read again."""

RETRY_AFTER = 5
"""Seconds until the table is read again after it could not be read."""

OLD_AFTER = 600
"""Seconds after which a copy that cannot be renewed raises an alarm."""

MAX_PRICE = 10**11
"""In minor units; the total of an order must be a number that every JSON reader keeps exactly."""


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """A product, at a price in minor units; it fits what an event can carry."""

    sku: Sku
    name: Printable
    price: Annotated[MinorUnits, msgspec.Meta(le=MAX_PRICE)]
    currency: Currency


class Catalogue:
    """Reads the table at most once a minute, and once more for each unknown SKU.

    While the table cannot be read, the last copy is used.
    """

    def __init__(self, records: Records, resources: Resources) -> None:
        self._records = records
        self._seconds = resources.monotonic
        self._report = resources.report
        self._products: dict[str, Product] = {}
        self._read: float | None = None
        self._tried = 0.0

    @property
    def stale(self) -> bool:
        """Whether the copy is older than it should be, because the table cannot be read."""
        return self._read is not None and self._seconds() - self._read >= MAX_AGE

    def products(self) -> list[Product]:
        """Return all products, sorted by SKU."""
        return sorted(self._current().values(), key=lambda product: product.sku)

    def find(self, sku: str) -> Product | None:
        """Return a product, or None; look up an unknown SKU once more."""
        known = self._current().get(sku)
        if known is not None:
            return known
        record = self._records.get(sku)
        for product in self._readable([record] if record else []):
            self._products[sku] = product
            return product
        return None

    def _current(self) -> dict[str, Product]:
        now = self._seconds()
        if self._read is None:
            self._renew(now)
        elif now - self._read >= MAX_AGE and now - self._tried >= RETRY_AFTER:
            try:
                self._renew(now)
            except Exception as error:  # noqa: BLE001  whatever it is: the shop goes on selling
                self._tried = now
                if now - self._read >= OLD_AFTER:
                    self._report(
                        Outcome.STALE,
                        detail=f"the catalogue was read {now - self._read:.0f} s ago; since then:"
                        f" {type(error).__name__}",
                    )
        return self._products

    def _renew(self, now: float) -> None:
        self._products = {each.sku: each for each in self._readable(self._records.all())}
        self._read = now

    def _readable(self, records: Iterable[Record]) -> Iterator[Product]:
        """Yield the products of rows, and report each row that is none."""
        for record in records:
            try:
                yield msgspec.convert({**record.values, "sku": record.key}, Product)
            except msgspec.ValidationError as error:
                self._report(Outcome.UNREADABLE_ROW, detail=f"{record.key!a:.60}: {error}")
