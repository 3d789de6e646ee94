"""The catalogue: what the shop sells and for how much, kept in memory for a minute."""

from datetime import datetime, timedelta

import msgspec

from events.money import Currency, MinorUnits
from functions.framework.ports import Clock, Record, Records

CATALOGUE = "catalogue"
FRESH = timedelta(minutes=1)


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is sold, at a price in minor units."""

    sku: str
    name: str
    price: MinorUnits
    currency: Currency


class Products(msgspec.Struct, frozen=True, kw_only=True):
    """All that the shop sells, sorted by SKU."""

    products: tuple[Product, ...]


class Catalogue:
    """Reads the shop's own table at most once a minute, and once for a SKU that it has not seen."""

    def __init__(self, records: Records, clock: Clock) -> None:
        """Take the table and the time; nothing is read yet."""
        self._records = records
        self._clock = clock
        self._products: dict[str, Product] = {}
        self._read: datetime | None = None

    def products(self) -> Products:
        """Return all products."""
        fresh = self._fresh().values()
        return Products(products=tuple(sorted(fresh, key=lambda product: product.sku)))

    def find(self, sku: str) -> Product | None:
        """Return a product; one that is not known is looked up once more."""
        known = self._fresh().get(sku)
        if known is not None:
            return known
        record = self._records.get(sku)
        if record is None:
            return None
        self._products[sku] = _product(record)
        return self._products[sku]

    def _fresh(self) -> dict[str, Product]:
        now = self._clock()
        if self._read is None or now - self._read >= FRESH:
            self._products = {record.key: _product(record) for record in self._records.all()}
            self._read = now
        return self._products


def _product(record: Record) -> Product:
    return msgspec.convert({"sku": record.key, **record.values}, Product)
