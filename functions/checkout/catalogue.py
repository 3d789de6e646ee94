"""Catalogue: the shop's products and prices, cached in memory for a minute."""

from datetime import datetime, timedelta

import msgspec

from events.money import Currency, MinorUnits
from functions.framework.ports import Clock, Record, Records

CATALOGUE = "catalogue"
MAX_AGE = timedelta(minutes=1)


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """A product, at a price in minor units."""

    sku: str
    name: str
    price: MinorUnits
    currency: Currency


class Products(msgspec.Struct, frozen=True, kw_only=True):
    """All products, sorted by SKU."""

    products: tuple[Product, ...]


class Catalogue:
    """Reads the table at most once a minute, and once more for each unknown SKU."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock
        self._products: dict[str, Product] = {}
        self._read: datetime | None = None

    def products(self) -> Products:
        """Return all products."""
        current = self._current().values()
        return Products(products=tuple(sorted(current, key=lambda product: product.sku)))

    def find(self, sku: str) -> Product | None:
        """Return a product, or None; look up an unknown SKU once more."""
        known = self._current().get(sku)
        if known is not None:
            return known
        record = self._records.get(sku)
        if record is None:
            return None
        self._products[sku] = _product(record)
        return self._products[sku]

    def _current(self) -> dict[str, Product]:
        now = self._clock()
        if self._read is None or now - self._read >= MAX_AGE:
            self._products = {record.key: _product(record) for record in self._records.all()}
            self._read = now
        return self._products


def _product(record: Record) -> Product:
    return msgspec.convert({"sku": record.key, **record.values}, Product)
