"""The demo catalogue: products, prices and initial stock."""

from pathlib import Path
from typing import Annotated

import msgspec

from events.money import MinorUnits

CURRENCY = "EUR"


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """A product of the demo shop, its price in cents and its initial stock in pieces."""

    sku: str
    name: str
    price: MinorUnits
    stock: Annotated[int, msgspec.Meta(ge=0)]


def articles() -> tuple[Article, ...]:
    """Return the whole catalogue."""
    raw = Path(__file__).with_suffix(".json").read_bytes()
    return msgspec.json.decode(raw, type=tuple[Article, ...])


def sold_out() -> Article:
    """Return the article without stock."""
    return next(article for article in articles() if not article.stock)
